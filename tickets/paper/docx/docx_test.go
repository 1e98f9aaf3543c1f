package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"strings"
	"testing"

	"hotline/tickets/paper"
	"hotline/tickets/paper/docx"
	"hotline/tickets/paper/qr"
)

func letter(with ...func(*paper.Print)) paper.Print {
	p := paper.Print{Reader: "王小明", Paper: paper.Paper{Kind: paper.Reply, Title: "答复书", Office: "长子县民政局", Number: "长子民访〔2026〕1号", Ticket: "2611160000012", ToComplainant: true,
		Body: []string{"您反映的事项收悉。", "已补发到账。"}, Basis: "《信访工作条例》", Remedy: "可以请求复查。", Signers: []string{"收件人（签名）"}, Date: "2026年11月16日"}}
	for _, w := range with {
		w(&p)
	}
	return p
}

func write(t *testing.T, p paper.Print) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := docx.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// open unzips the file, checks that every part of it is sound XML, and returns
// the parts.
func open(t *testing.T, file []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(body)
		if strings.HasSuffix(f.Name, ".xml") || strings.HasSuffix(f.Name, ".rels") {
			sound(t, f.Name, body)
		}
	}
	return parts
}

func sound(t *testing.T, name string, body []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

// words are the texts of a document's paragraphs, a line each.
func words(t *testing.T, document string) string {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(document))
	in := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			in = x.Name.Local == "t"
		case xml.EndElement:
			in = false
			if x.Name.Local == "p" {
				b.WriteString("\n")
			}
		case xml.CharData:
			if in {
				b.Write(x)
			}
		}
	}
}

func TestALetterHoldsEverythingOnThePaper(t *testing.T) {
	code, err := qr.PNG("http://127.0.0.1:8080/d/ABCDEFGH")
	if err != nil {
		t.Fatal(err)
	}
	p := letter(func(p *paper.Print) { p.QR = code })
	parts := open(t, write(t, p))
	got := words(t, parts["word/document.xml"])
	for _, want := range strings.Split(p.Text("王小明"), "\n") {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if parts["word/media/code.png"] != string(code) || !strings.Contains(parts["word/_rels/document.xml.rels"], "media/code.png") || !strings.Contains(parts["word/document.xml"], `r:embed="rId2"`) {
		t.Error("the code is not in the file")
	}
	if strings.Contains(got, "作 废") {
		t.Error("a document in force is void")
	}
}

func TestWithoutACodeNothingPointsToOne(t *testing.T) {
	parts := open(t, write(t, letter()))
	if strings.Contains(parts["word/document.xml"], "rId2") || strings.Contains(parts["word/_rels/document.xml.rels"], "rId2") || parts["word/media/code.png"] != "" {
		t.Error("a picture that is not there")
	}
	if got := words(t, open(t, write(t, letter(func(p *paper.Print) { p.Void = true })))["word/document.xml"]); !strings.HasPrefix(got, "作 废\n") {
		t.Errorf("a void document begins with %.40q", got)
	}
}

func TestHostileWordsStayWords(t *testing.T) {
	hostile := []string{`</w:t></w:r><w:r><w:t>x`, `<!DOCTYPE x [<!ENTITY a "b">]>&a;`, "a\x00b\x1b\x0bc", "\ufffe\uffff", "\xff\xfe", `" onload="x`, "]]>", "第一行\n第二行", strings.Repeat("长", 10000)}
	p := letter(func(p *paper.Print) {
		p.Body, p.Reader, p.Office, p.Title, p.Number, p.Remedy, p.Signers = hostile, hostile[0], hostile[1], hostile[2], hostile[4], hostile[7], hostile[:3]
		p.Rows = []paper.Line{{Label: hostile[0], Value: hostile[7], Tall: true}, {Label: "空"}}
	})
	got := words(t, open(t, write(t, p))["word/document.xml"])
	for _, want := range []string{hostile[0], hostile[1], "]]>", hostile[8]} {
		if !strings.Contains(got, want) {
			t.Errorf("%.40q is lost", want)
		}
	}
}

func TestTheSamePaperIsTheSameFile(t *testing.T) {
	if !bytes.Equal(write(t, letter()), write(t, letter())) {
		t.Error("two files differ")
	}
}

func TestTheCodeIsSharp(t *testing.T) {
	body, err := qr.PNG("http://desk.example/d/ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(body))
	if err != nil || img.Bounds().Dx() != img.Bounds().Dy() || img.Bounds().Dx() < 200 {
		t.Fatalf("%v, %v", img.Bounds(), err)
	}
	if _, err := qr.PNG(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text too long has a code")
	}
}
