package paper

// Print is a paper on its way to a printer: what is not stored with it. Its
// words are Chinese whatever the language of the page around it.
type Print struct {
	Paper
	Reader string // the addressee as this person may have it, of a complainant's paper
	QR     []byte // PNG of the code that leads back to the document; nil: none
	Void   bool   // declared void
}

// Words printed beside what the paper says.
const (
	VoidMark  = "作 废"
	CodeWords = "签字盖章后扫码上传"
	Room      = "＿＿＿＿＿＿＿＿＿＿" // to sign in
)

// Whom is the line of the addressee, empty where the paper has none.
func (p Print) Whom() string {
	if to := p.To(p.Reader); to != "" {
		return to + "："
	}
	return ""
}

// Headed tells whether the paper is a letter with the red head of its office;
// forms of the house have none.
func (p Print) Headed() bool { return p.ToComplainant || p.Addressee != "" }

// Seal is the office with the place of its seal.
func (p Print) Seal() string { return p.Office + "（印章）" }

// TicketLine names the ticket at the foot, empty where the reader must not know it.
func (p Print) TicketLine() string {
	if p.Ticket == "" {
		return ""
	}
	return "工单编号 " + p.Ticket
}

// SignLines are who signs, each with room to do so.
func (p Print) SignLines() []string {
	out := make([]string, len(p.Signers))
	for i, s := range p.Signers {
		out[i] = s + "：" + Room
	}
	return out
}

// Lines are empty lines to write on.
func (p Print) Lines() []struct{} { return make([]struct{}, p.Ruled) }

// VoidMark is for templates.
func (p Print) VoidMark() string { return VoidMark }

// CodeWords is for templates.
func (p Print) CodeWords() string { return CodeWords }
