// Package export writes what leaves the house as a spreadsheet: every cell is
// text and guarded against formulas, and the sheet carries its purpose, its
// number of rows, the digest of their content and a watermark. It knows nothing
// of tickets; web makes the sheets, ticketdb journals that they were made.
package export

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"hotline/internal/workday"
)

// Sheet is a table on its way out.
type Sheet struct {
	Title   string // also the name of the sheet
	Notes   []string
	Head    []string
	Rows    [][]string
	Totals  []string // a last line, not counted; nil for none
	Purpose string
	By      string // who takes it out: name and office
	At      time.Time
	Number  int64 // of the export in the journal
}

// Digest is the SHA-256 of head, rows and totals: the same content gives the
// same digest, whoever took it out and when.
func (s *Sheet) Digest() string {
	h := sha256.New()
	line := func(cells []string) {
		for _, c := range cells {
			fmt.Fprintf(h, "%d:%s;", len(c), c)
		}
		h.Write([]byte{'\n'})
	}
	line(s.Head)
	for _, r := range s.Rows {
		line(r)
	}
	line(s.Totals)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// Watermark says who took it out, when and what for; it stands on the sheet and
// in its footer on paper.
func (s *Sheet) Watermark() string {
	return fmt.Sprintf("内部资料 仅限本次用途 · %s · %s · 用途：%s · %d 行 · 摘要 %s · 导出编号 %d",
		s.By, s.At.In(workday.Zone).Format("2006-01-02 15:04"), s.Purpose, len(s.Rows), s.Digest()[:16], s.Number)
}

// Guard puts an apostrophe before a text that a spreadsheet could run as a
// formula: one that starts, after blanks, with = + - @, or with a tab or a
// carriage return.
func Guard(s string) string {
	t := strings.TrimLeft(s, " \u00a0\u3000")
	if t != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(t)[0]) {
		return "'" + s
	}
	return s
}

// maxCell is Excel's limit of characters in a cell.
const maxCell = 32_000

func cell(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1 // XML has no such characters
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > maxCell {
		s = string(r[:maxCell]) + "…"
	}
	return Guard(s)
}

// XLSX is the sheet as a file: title, watermark and notes, the head (frozen), the
// rows, and the watermark in the footer of every printed page.
func (s *Sheet) XLSX() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	name := []rune(s.Title)
	sheet := string(name[:min(len(name), 31)])
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return nil, fmt.Errorf("start sheet: %w", err)
	}
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return nil, fmt.Errorf("start sheet: %w", err)
	}
	if err := s.write(f, w); err != nil {
		return nil, fmt.Errorf("write sheet: %w", err)
	}
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("finish sheet: %w", err)
	}
	footer := strings.ReplaceAll(s.Watermark(), "&", "&&")
	if r := []rune(footer); len(r) > 200 { // Excel takes 255 characters in all
		footer = string(r[:200])
	}
	if err := f.SetHeaderFooter(sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&8" + footer + "&R&8&P/&N"}); err != nil {
		return nil, fmt.Errorf("footer: %w", err)
	}
	if err := f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: ptr("landscape"), FitToHeight: ptr(0), FitToWidth: ptr(1)}); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("finish sheet: %w", err)
	}
	return out.Bytes(), nil
}

func ptr[T any](v T) *T { return &v }

func (s *Sheet) write(f *excelize.File, w *excelize.StreamWriter) error {
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}) // 49 is "text"
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"#EEF2F7"}}})
	if err != nil {
		return err
	}
	plain, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	above := append([]string{s.Title, s.Watermark()}, s.Notes...)
	if err := w.SetColWidth(1, max(1, len(s.Head)), 18); err != nil {
		return err
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: len(above) + 1, TopLeftCell: fmt.Sprintf("A%d", len(above)+2), ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	n := 0
	line := func(style int, cells ...string) error {
		n++
		out := make([]any, len(cells))
		for i, c := range cells {
			out[i] = excelize.Cell{StyleID: style, Value: cell(c)}
		}
		return w.SetRow(fmt.Sprintf("A%d", n), out)
	}
	for _, a := range above {
		if err := line(plain, a); err != nil {
			return err
		}
	}
	if err := line(bold, s.Head...); err != nil {
		return err
	}
	for _, r := range s.Rows {
		if err := line(text, r...); err != nil {
			return err
		}
	}
	if s.Totals != nil {
		if err := line(bold, s.Totals...); err != nil {
			return err
		}
	}
	return line(plain, fmt.Sprintf("共 %d 行 · 内容摘要 SHA-256 %s", len(s.Rows), s.Digest()))
}
