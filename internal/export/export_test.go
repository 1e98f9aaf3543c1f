package export

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func sheet() *Sheet {
	return &Sheet{Title: "实名投诉举报台账", Head: []string{"编号", "内容"}, Rows: [][]string{{"2611160000011", "=HYPERLINK(\"http://x\")"}, {"2611160000022", "平常"}},
		Totals: []string{"合计", "2"}, Purpose: "月度通报 & 归档", By: "人员1 市局", At: time.Date(2026, 11, 16, 1, 0, 0, 0, time.UTC), Number: 42}
}

func TestCellsAreTextAndNoFormula(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"=1+1": "'=1+1", "+86": "'+86", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", " =1": "' =1", "　=1": "'　=1", "＝1": "'＝1", "低保": "低保", "": "", "12": "12"} {
		if got := Guard(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	s := sheet()
	s.Rows = append(s.Rows, []string{"a\x00b\x01", strings.Repeat("长", maxCell+5)})
	body, err := s.XLSX()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(s.Title)
	if err != nil {
		t.Fatal(err)
	}
	if rows[2][0] != "编号" || rows[3][0] != "2611160000011" || !strings.HasPrefix(rows[3][1], "'=") || rows[5][0] != "ab" {
		t.Errorf("%q", rows)
	}
	if formula, err := f.GetCellFormula(s.Title, "B4"); formula != "" || err != nil {
		t.Errorf("a formula: %q, %v", formula, err)
	}
	if !strings.Contains(rows[1][0], "月度通报") || !strings.Contains(rows[1][0], "人员1") || !strings.Contains(rows[1][0], "3 行") || !strings.Contains(rows[1][0], s.Digest()[:16]) {
		t.Errorf("watermark %q", rows[1][0])
	}
	if last := rows[len(rows)-1][0]; !strings.Contains(last, s.Digest()) {
		t.Errorf("last line %q", last)
	}
}

func TestTheDigestIsThatOfTheContent(t *testing.T) {
	t.Parallel()
	a, b, c := sheet(), sheet(), sheet()
	b.Purpose, b.By = "另一用途", "人员2"
	c.Rows[1][1] = "改过"
	if a.Digest() != b.Digest() || a.Digest() == c.Digest() {
		t.Error("the digest does not follow the content alone")
	}
	d := sheet()
	d.Head = []string{"编号;2:内", "容"}
	if d.Digest() == a.Digest() {
		t.Error("cells run together")
	}
}
