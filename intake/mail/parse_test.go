package mail

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestLettersReadAsTheGoldenFilesSay reads every letter of testdata. Run with
// -update after a change and read the difference.
func TestLettersReadAsTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) < 15 {
		t.Fatalf("letters found: %d, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".eml"), func(t *testing.T) {
			t.Parallel()
			m := parseFile(t, file)
			for i := range m.Attachments {
				m.Attachments[i].Bytes = nil
			}
			got, err := json.MarshalIndent(m, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".eml") + ".golden.json"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
				t.Errorf("letter read differently (-want +got):\n%s", diff)
			}
		})
	}
}

func parseFile(t *testing.T, file string) *Message {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewParser().Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestChineseIsReadWhateverTheLabelSays(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ file, subject, inText string }{
		"four-byte character under gb2312": {"gb2312_four_byte", "关于𠮷祥村低保的投诉", "我是𠮷祥村村民㐀某，反映低保金三个月没有发放——请核实。"},
		"raw 8-bit header and body":        {"raw_gbk_subject", "举报：村干部克扣临时救助款", "您好，我要举报克扣临时救助款一事。"},
		"character cut between two words":  {"qq_reply", "关于养老金认证问题的回复", "材料我下午送过去。"},
		"UTF-8 labelled gb2312":            {"wrong_labels", "labels", "标签写错了，其实是UTF-8。"},
		"GBK labelled UTF-8":               {"wrong_labels", "labels", "标签写着UTF-8，其实是国标码。"},
		"Big5":                             {"wrong_labels", "labels", "繁體中文也能讀。"},
		"UTF-7":                            {"wrong_labels", "labels", "你好, 1 + 1"},
		"HTML naming its own charset":      {"html_only", "房屋补贴", "您好，我家的补贴 没到账。"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := parseFile(t, "testdata/"+c.file+".eml")
			if m.Subject != c.subject {
				t.Errorf("subject: got %q, want %q", m.Subject, c.subject)
			}
			if !strings.Contains(m.Text, c.inText) {
				t.Errorf("text: got %q, want it to contain %q", m.Text, c.inText)
			}
		})
	}
}

func TestEveryGBLabelIsReadAsGB18030(t *testing.T) {
	t.Parallel()
	raw := []byte{0x81, 0x39, 0xEE, 0x39, 0xB4, 0xE5} // 㐀村
	for _, label := range []string{"gb2312", "GB2312", "gbk", "x-gbk", "gb_2312-80", "gb2312-80", "cp936", "windows-936", "ms936",
		"gb18030", "x-euc-cn", "euc-cn", "csGB2312", "chinese", "\"gbk\"", "gb_2312", "gbk*zh"} {
		if got, ok := decodeCharset(label, raw); got != "㐀村" || !ok {
			t.Errorf("label %s: got %q, %v", label, got, ok)
		}
	}
}

func TestFileNamesAreDecodedAndHarmless(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for _, file := range []string{"rfc2231_name", "lying_types"} {
		for _, a := range parseFile(t, "testdata/"+file+".eml").Attachments {
			got[file] = append(got[file], a.Name+" = "+a.ContentType)
		}
	}
	want := map[string][]string{
		"rfc2231_name": {"低保申请材料（第一册）.pdf = application/pdf", "户口本.pdf = application/pdf", "情况说明.txt = text/plain"},
		"lying_types": {"photo.jpg = application/vnd.microsoft.portable-executable", "notes.txt = image/png",
			"fdp.exe = text/html", "attachment-4.eml = message/rfc822"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attachments (-want +got):\n%s", diff)
	}
}

func TestHTMLForDisplayLoadsAndRunsNothing(t *testing.T) {
	t.Parallel()
	m := parseFile(t, "testdata/html_only.eml")
	for _, bad := range []string{"script", "onload", "track.mail.test", "javascript", "style", "<img"} {
		if strings.Contains(m.HTMLSanitised, bad) {
			t.Errorf("display HTML holds %q: %s", bad, m.HTMLSanitised)
		}
	}
	if !strings.Contains(m.HTMLSanitised, "https://mail.test/a") {
		t.Errorf("plain link lost: %s", m.HTMLSanitised)
	}
}

func TestQuotedMailIsFoldedAndNothingIsLost(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ in, text, tail string }{
		"no quote":             {"你好\n第二行", "你好\n第二行", ""},
		"quote marks at end":   {"好的\n\n> 旧\n> 信\n", "好的", "> 旧\n> 信"},
		"quote in the middle":  {"> 旧\n我的回答", "> 旧\n我的回答", ""},
		"English attribution":  {"yes\n\nOn Mon, 3 Mar 2025, Desk <d@x.test> wrote:\n> old", "yes", "On Mon, 3 Mar 2025, Desk <d@x.test> wrote:\n> old"},
		"attribution, inline":  {"a\nOn Mon, Desk wrote:\n> q\nanswer", "a\nOn Mon, Desk wrote:\n> q\nanswer", ""},
		"Outlook block":        {"收到\n\n发件人: 热线\n发送时间: 周一\n收件人: 我\n\n旧信", "收到", "发件人: 热线\n发送时间: 周一\n收件人: 我\n\n旧信"},
		"only a quote":         {"> 旧信", "> 旧信", ""},
		"a forward is content": {"看\n---------- Forwarded message ---------\n原信", "看\n---------- Forwarded message ---------\n原信", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, tail := splitQuoted(c.in)
			if text != c.text || tail != c.tail {
				t.Errorf("got %q + %q, want %q + %q", text, tail, c.text, c.tail)
			}
		})
	}
}

func TestSameLetterHasOneIdentityWhateverItsWay(t *testing.T) {
	t.Parallel()
	p := NewParser()
	letter := "Message-ID: <a@x.test>\nFrom: a@x.test\nSubject: s\nDate: Tue, 4 Mar 2025 09:15:00 +0800\n\ntext"
	first, _ := p.Parse([]byte(letter))
	again, _ := p.Parse([]byte("Received: by another way\n" + letter))
	nextYear, _ := p.Parse([]byte(strings.Replace(letter, "2025", "2026", 1)))
	if first.Identity() != again.Identity() {
		t.Errorf("same letter twice: %s and %s", first.Identity(), again.Identity())
	}
	if first.Identity() == nextYear.Identity() {
		t.Error("a letter under a used Message-ID would be taken for the old one")
	}
	bare, _ := p.Parse([]byte("Subject: s\n\ntext"))
	if bare.Identity() != "sha256:"+bare.RawSHA256 {
		t.Errorf("identity without Message-ID: %s", bare.Identity())
	}
}

func TestNothingButAMessageIsUnreadable(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "\r\n", "no header at all\n\nbody"} {
		m, err := NewParser().Parse([]byte(raw))
		if err == nil || m == nil {
			t.Errorf("Parse(%q) = %v, %v; want a message and ErrUnreadable", raw, m, err)
		}
	}
}

// TestParseTakesAnyBytes throws damage at the parser: every letter of testdata
// cut at many places, and with bytes changed.
func TestParseTakesAnyBytes(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/*.eml")
	p := NewParser()
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(raw); i += 29 {
			checkStorable(t, p, raw[:i])
			damaged := append([]byte(nil), raw...)
			damaged[i] ^= 0xA5
			checkStorable(t, p, damaged)
		}
	}
}

func checkStorable(t *testing.T, p *Parser, raw []byte) {
	t.Helper()
	m, _ := p.Parse(raw)
	for _, s := range append([]string{m.Subject, m.Text, m.QuotedTail, m.HTMLSanitised, m.From.Name, m.From.Addr, m.MessageID}, m.References...) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Fatalf("text that cannot be stored: %q from %q", s, raw)
		}
	}
}

func TestDeepAndWideLettersEnd(t *testing.T) {
	t.Parallel()
	var deep strings.Builder
	deep.WriteString("Subject: deep\n")
	for i := range 200 {
		b := strings.Repeat("b", i+1)
		deep.WriteString("Content-Type: multipart/mixed; boundary=" + b + "\n\n--" + b + "\n")
	}
	wide := "Subject: wide\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 5000)
	for _, raw := range []string{deep.String(), wide} {
		m, err := NewParser().Parse([]byte(raw))
		if err != nil || len(m.Attachments) == 0 || len(m.Defects) == 0 {
			t.Errorf("%s: %d attachments, defects %v, %v", m.Subject, len(m.Attachments), m.Defects, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.eml")
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil {
			f.Add(raw)
		}
	}
	p := NewParser()
	f.Fuzz(func(t *testing.T, raw []byte) { checkStorable(t, p, raw) })
}
