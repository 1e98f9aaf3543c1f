package mail

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hotline/intake"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

func TestTheKindIsGuessedFromPlainWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ subject, text, want string }{
		{"", "请问高龄津贴从几岁发？", tickets.Inquiry},
		{"感谢信", "窗口的同志很耐心，没有投诉的意思。", tickets.Praise},
		{"", "我要举报村干部冒领低保。", tickets.Report},
		{"投诉", "窗口人员态度恶劣。", tickets.Complaint},
		{"关于养老服务的建议", "希望增设助餐点。", tickets.Suggestion},
		{"", "我的低保停发了，家里困难。", tickets.Help},
		{"hello", "what is this", tickets.Inquiry},
	} {
		if got := GuessKind(c.subject, c.text); got != c.want {
			t.Errorf("%s / %s: got %s, want %s", c.subject, c.text, got, c.want)
		}
	}
}

func TestALetterTellsTheDeskWhoWroteAndWhat(t *testing.T) {
	t.Parallel()
	raw := []byte("From: =?utf-8?B?546L5bCP5piO?= <wang@mail.test>\r\nReply-To: home@mail.test\r\nSubject: 求助\r\nMessage-ID: <a@mail.test>\r\n\r\n低保没有到账\r\n\r\n> 以前的信\r\n")
	m, err := NewParser().Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)
	got := submissionOf(m, "desk", raw, at)
	want := intake.Submission{Channel: "mail", Source: "mail:desk", SourceID: m.Identity(), Raw: raw, Kind: tickets.Help, Title: "求助", Statement: "低保没有到账",
		Urgency: tickets.Normal, Secrecy: tickets.OpenSecrecy, Lenient: true, ReceivedAt: at,
		Complainants: []ticketdb.Complainant{{Role: "caller", Name: "王小明", Mail: "home@mail.test"}},
		Files:        []ticketdb.File{{Name: "引文.txt", Content: []byte("> 以前的信")}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("submission (-want +got):\n%s", diff)
	}
	if id := MessageIDOf(got.SourceID); id != "a@mail.test" {
		t.Errorf("an answer would refer to %q", id)
	}
}

func TestOnlyAMessageIDIsReferredTo(t *testing.T) {
	t.Parallel()
	for identity, want := range map[string]string{
		"mid:a#b@mail.test#0123456789abcdef": "a#b@mail.test", "sha256:00": "", "": "",
		"mid:" + strings.Repeat("0", 64) + "#0123456789abcdef": "",
	} {
		if got := MessageIDOf(identity); got != want {
			t.Errorf("%s: got %q, want %q", identity, got, want)
		}
	}
}

func TestNothingOfALetterIsCutWithoutACopy(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 30000)
	for _, c := range []struct {
		name  string
		m     Message
		text  string
		files []string
	}{
		{"a subject alone", Message{Subject: "只有主题"}, "只有主题", nil},
		{"a picture alone", Message{Attachments: []Attachment{{Name: "a.jpg", Bytes: []byte("x")}}}, "（来信没有正文，见附件）", []string{"a.jpg"}},
		{"an empty file", Message{Text: "看附件", Attachments: []Attachment{{Name: "a.jpg"}}}, "看附件\n（另有 1 个附件为空或超过 25 MB，保存在原信中）", nil},
		{"a file too large", Message{Text: "看附件", Attachments: []Attachment{{Name: "a.mp4", Bytes: make([]byte, ticketdb.MaxFile+1)}}},
			"看附件\n（另有 1 个附件为空或超过 25 MB，保存在原信中）", nil},
		{"a long text", Message{Text: long}, clip(long, 100) + "\n……（全文见附件“来信全文.txt”）", []string{"来信全文.txt"}},
	} {
		text, files := wording(&c.m, 100)
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		if text != c.text || !cmp.Equal(names, c.files) {
			t.Errorf("%s: %d runes with %v", c.name, utf8.RuneCountInString(text), names)
		}
	}
}
