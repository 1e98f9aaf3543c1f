package mail

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"hotline/intake"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// Limits of what a letter gives to a ticket, in runes. The letter itself is kept
// whole whatever its length.
const (
	maxTitle = 200
	maxName  = 100
	maxNote  = 9000
)

// Names of the text files made of a letter's overlong or quoted text.
const (
	quotedFile = "引文.txt"
	wholeFile  = "来信全文.txt"
)

// submissionOf is what a letter tells the desk. receivedAt is the server's
// INTERNALDATE, which counts as the day of receipt; zero means now.
func submissionOf(m *Message, mailbox string, raw []byte, receivedAt time.Time) intake.Submission {
	statement, files := wording(m, intake.MaxStatement-1000)
	s := intake.Submission{
		Channel: "mail", Source: sourceName(mailbox), SourceID: m.Identity(), Raw: raw, Lenient: true,
		Kind: GuessKind(m.Subject, m.Text), Urgency: tickets.Normal, Secrecy: tickets.OpenSecrecy,
		Title: clip(m.Subject, maxTitle), Statement: statement, ReceivedAt: receivedAt, Files: files,
	}
	if c, ok := correspondent(m); ok {
		s.Complainants = []ticketdb.Complainant{c}
	}
	s.Anonymous = anonymous(m)
	return s
}

// sourceName names a mailbox as the source of submissions.
func sourceName(mailbox string) string { return "mail:" + mailbox }

// MessageIDOf is the Message-ID inside an identity, without brackets; "" for a
// letter that had none, or too long a one.
func MessageIDOf(identity string) string {
	id, ok := strings.CutPrefix(identity, "mid:")
	if !ok {
		return ""
	}
	if i := strings.LastIndexByte(id, '#'); i >= 0 {
		id = id[:i]
	}
	if !strings.Contains(id, "@") {
		return "" // the digest of an overlong one
	}
	return id
}

// correspondent is who wrote, as far as the letter says; an answer goes to the
// address it asks for.
func correspondent(m *Message) (ticketdb.Complainant, bool) {
	c := ticketdb.Complainant{Role: "caller", Mail: m.ReplyAddress().Addr}
	if !anonymous(m) && !strings.Contains(m.From.Name, "@") {
		c.Name = clip(strings.TrimSpace(m.From.Name), maxName)
	}
	return c, c.Name != "" || c.Mail != ""
}

// anonymous: no name that could be a person's, by the writer's own will or
// because the letter has no sender at all.
func anonymous(m *Message) bool {
	return m.From.Addr == "" && m.From.Name == "" || strings.Contains(m.From.Name, "匿名")
}

// wording is the text of a letter, at most `most` runes of it, and its files.
// Nothing is lost: quoted mail and a text cut off come as files of their own,
// what is too large to attach is named, and the raw letter is kept.
func wording(m *Message, most int) (string, []ticketdb.File) {
	text, files := m.Text, []ticketdb.File{}
	if utf8.RuneCountInString(text) > most {
		files = append(files, ticketdb.File{Name: wholeFile, Content: []byte(text)})
		text = clip(text, most) + "\n……（全文见附件“" + wholeFile + "”）"
	}
	if m.QuotedTail != "" {
		files = append(files, ticketdb.File{Name: quotedFile, Content: []byte(m.QuotedTail)})
	}
	left := 0
	for _, a := range m.Attachments {
		if len(a.Bytes) == 0 || len(a.Bytes) > ticketdb.MaxFile {
			left++
			continue
		}
		files = append(files, ticketdb.File{Name: a.Name, Content: a.Bytes})
	}
	switch {
	case text == "" && m.Subject != "":
		text = m.Subject
	case text == "":
		text = "（来信没有正文，见附件）"
	}
	if left > 0 {
		text += fmt.Sprintf("\n（另有 %d 个附件为空或超过 25 MB，保存在原信中）", left)
	}
	return text, files
}

// clip keeps the first n runes.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n]))
}

// kindWords are the words that hint at a kind, the strongest kind first.
var kindWords = []struct {
	kind  string
	words []string
}{
	{tickets.Report, []string{"举报", "检举", "揭发", "贪污", "侵占", "冒领", "骗保", "套取", "受贿", "吃拿卡要", "优亲厚友"}},
	{tickets.Complaint, []string{"投诉", "控告", "态度恶劣", "不作为", "乱作为", "推诿", "不满意"}},
	{tickets.Praise, []string{"感谢", "表扬", "致谢", "点赞", "感谢信"}},
	{tickets.Suggestion, []string{"建议", "提议", "意见和建议", "希望能够改进"}},
	{tickets.Help, []string{"求助", "帮助", "帮帮", "救助", "困难", "没有收到", "没到账", "没发", "停发", "申请"}},
}

// GuessKind guesses what a letter is from plain words: those of the subject
// first, then those of the text. It is a guess that the desk may change; without
// any hint a letter is an inquiry.
func GuessKind(subject, text string) string {
	for _, s := range []string{subject, text} {
		for _, k := range kindWords {
			for _, w := range k.words {
				if strings.Contains(s, w) {
					return k.kind
				}
			}
		}
	}
	return tickets.Inquiry
}
