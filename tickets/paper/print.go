package paper

// Print is a paper on its way to a printer: what is not stored with it.
type Print struct {
	Paper
	Reader string // the addressee as this person may have it, of a complainant's paper
	QR     []byte // PNG of the code that leads back to the document; nil: none
	Void   bool   // declared void
}

// Whom is the line of the addressee, empty where the paper has none.
func (p Print) Whom() string { return p.To(p.Reader) }

// Headed tells whether the paper is a letter with the red head of its office;
// forms of the house have none.
func (p Print) Headed() bool { return p.ToComplainant || p.Addressee != "" }
