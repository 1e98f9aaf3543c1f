package sheet

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Fate is what became of one row.
type Fate string

// The fates, as the result sheet words them.
const (
	Opened    Fate = "已建单"
	Unchanged Fate = "已存在，未变化"
	Changed   Fate = "已存在且内容不同，未导入"
	Rejected  Fate = "未导入"
)

// Outcome is one line of the result sheet. TicketNo is ours, if there is one.
// Reason adds to the row's own errors.
type Outcome struct {
	Row      Row
	Fate     Fate
	TicketNo string
	Reason   string
}

// ResultWriter writes the result sheet row by row: four columns of ours, then
// the file's own, so that a corrected sheet can be imported again.
type ResultWriter struct {
	file   *excelize.File
	stream *excelize.StreamWriter
	style  int
	line   int
}

const resultSheet = "导入结果"

// NewResultWriter starts a result sheet over the header of the imported file.
func NewResultWriter(header []string) (*ResultWriter, error) {
	f := excelize.NewFile()
	err := f.SetSheetName("Sheet1", resultSheet)
	if err != nil {
		return nil, fmt.Errorf("start result sheet: %w", err)
	}
	stream, err := f.NewStreamWriter(resultSheet)
	if err != nil {
		return nil, fmt.Errorf("start result sheet: %w", err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // 49 is the format "text"
	if err != nil {
		return nil, fmt.Errorf("start result sheet: %w", err)
	}
	w := &ResultWriter{file: f, stream: stream, style: text}
	return w, w.write(append([]string{"原行号", "导入结果", "导入后编号", "导入说明"}, header...))
}

// Write adds one row.
func (w *ResultWriter) Write(o Outcome) error {
	var reasons []string
	for _, e := range o.Row.Errors {
		reasons = append(reasons, e.Column+"："+e.Message)
	}
	if o.Reason != "" {
		reasons = append(reasons, o.Reason)
	}
	lead := []string{fmt.Sprint(o.Row.Number), string(o.Fate), o.TicketNo, strings.Join(reasons, "；")}
	return w.write(append(lead, o.Row.Cells...))
}

// write sets every cell as text, so that long numbers keep their digits.
func (w *ResultWriter) write(texts []string) error {
	w.line++
	cells := make([]any, len(texts))
	for i, t := range texts {
		cells[i] = excelize.Cell{StyleID: w.style, Value: Guard(t)}
	}
	at, err := excelize.CoordinatesToCellName(1, w.line)
	if err != nil {
		return fmt.Errorf("write result row: %w", err)
	}
	err = w.stream.SetRow(at, cells)
	if err != nil {
		return fmt.Errorf("write result row: %w", err)
	}
	return nil
}

// Close finishes the sheet and writes it out.
func (w *ResultWriter) Close(out io.Writer) error {
	defer w.file.Close()
	err := w.stream.Flush()
	if err != nil {
		return fmt.Errorf("finish result sheet: %w", err)
	}
	_, err = w.file.WriteTo(out)
	if err != nil {
		return fmt.Errorf("finish result sheet: %w", err)
	}
	return nil
}

// Guard puts an apostrophe before a text that a spreadsheet could run as a
// formula: one that starts with = + - @, a tab or a carriage return.
func Guard(s string) string {
	if risky(s) {
		return "'" + s
	}
	return s
}
