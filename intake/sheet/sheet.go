// Package sheet reads the order sheets people export from a 12345 platform
// (xlsx or csv) into orders, and writes back what became of every row.
//
// It never stores anything and never guesses: a row it cannot read whole comes
// out with its errors, and columns it does not know come out by their headers.
// The importer in intake gives each good row to intake.Accept.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"hotline/intake/city12345"
)

// Limits of one file.
const (
	MaxFile   = 25 << 20  // bytes as uploaded
	maxUnzip  = 300 << 20 // bytes of all parts of an xlsx
	maxRatio  = 200       // growth of one part; text compresses some twenty times
	maxRows   = 50_000
	maxCells  = 200     // columns in a row
	maxCell   = 100_000 // bytes in a cell
	headerRow = 15      // the header stands within the first rows, below a title
)

// Errors of a whole file, each with words for the person who sent it.
var (
	ErrTooLarge  = errors.New("文件过大或压缩异常")
	ErrOldFormat = errors.New("旧版 xls 请另存为 xlsx 后再导入")
	ErrNoHeader  = errors.New("找不到表头：需要有工单编号列和诉求内容列")
	ErrUnread    = errors.New("文件无法读取")
)

// RowError says what is wrong in one cell. Row counts from 1 as the
// spreadsheet shows it; Column is the header as typed in the file.
type RowError struct {
	Row     int
	Column  string
	Message string
}

// Row is one data row. Order is as complete as could be read; it must not be
// imported while Errors is not empty. Extra holds the columns an order has no
// place for, by their Column name or, if unknown, by header. Cells are the
// texts of the row in the file's order, for the result sheet.
type Row struct {
	Number int
	Order  city12345.Order
	Extra  map[string]string
	Cells  []string
	Errors []RowError
}

// Reader gives the rows of an open file, once. Close it.
type Reader struct {
	// Header is the header row as typed.
	Header []string

	columns map[int]Column
	source  source
	number  int
	seen    map[string]int
}

// source gives raw rows. next returns io.EOF after the last.
type source interface {
	next() ([]string, error)
	exactNumbers() bool
	epoch1904() bool
	close() error
}

// Open recognises the file by its content, finds the header and stands before
// the first data row. It returns ErrTooLarge, ErrOldFormat, ErrNoHeader, or an
// error wrapping ErrUnread.
func Open(file io.ReaderAt, size int64) (*Reader, error) {
	if size > MaxFile {
		return nil, ErrTooLarge
	}
	magic := make([]byte, 8)
	n, err := file.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	s, err := openSource(file, size, magic[:n])
	if err != nil {
		return nil, err
	}
	r := &Reader{source: s, seen: map[string]int{}}
	err = r.findHeader()
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return r, nil
}

func openSource(file io.ReaderAt, size int64, magic []byte) (source, error) {
	switch {
	case bytes.HasPrefix(magic, []byte("PK")):
		return openXLSX(file, size)
	case bytes.HasPrefix(magic, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, ErrOldFormat
	default:
		return openCSV(file, size)
	}
}

// Close lets go of the file's temporary parts.
func (r *Reader) Close() error { return r.source.close() }

// advance gives the next raw row, and keeps count of it.
func (r *Reader) advance() ([]string, error) {
	cells, err := r.source.next()
	if err != nil {
		return nil, err
	}
	r.number++
	if len(cells) > maxCells || r.number > maxRows {
		return nil, ErrTooLarge
	}
	return cells, nil
}

// findHeader takes the first row that has an order number and a content.
func (r *Reader) findHeader() error {
	table := headerTable()
	for range headerRow {
		cells, err := r.advance()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		columns := map[int]Column{}
		taken := map[Column]bool{}
		for i, cell := range cells {
			c, ok := columnOf(cell, table)
			if ok && !taken[c] {
				columns[i], taken[c] = c, true
			}
		}
		if taken[OrderNo] && taken[Content] {
			r.Header, r.columns = cells, columns
			return nil
		}
	}
	return ErrNoHeader
}

// Rows yields every data row; blank rows are passed over. A non-nil error ends
// the sequence: the rest of the file could not be read.
func (r *Reader) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			cells, err := r.advance()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Row{Number: r.number + 1}, err)
				return
			}
			if blank(cells) {
				continue
			}
			if !yield(r.row(cells), nil) {
				return
			}
		}
	}
}

func blank(cells []string) bool {
	for _, c := range cells {
		if clean(c) != "" {
			return false
		}
	}
	return true
}
