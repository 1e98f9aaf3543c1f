package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// csvSource streams a delimited text.
type csvSource struct{ reader *csv.Reader }

// openCSV finds the encoding and the delimiter. Text that is not UTF-8 in any
// place is GB18030, which contains GBK and GB2312.
func openCSV(file io.ReaderAt, size int64) (source, error) {
	text, err := decodeText(file, size)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(text, 64<<10)
	head, err := buffered.Peek(32 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, fmt.Errorf("%w: not a text", ErrUnread)
	}
	r := csv.NewReader(buffered)
	r.Comma = delimiter(string(head))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	return &csvSource{r}, nil
}

// decodeText gives the file as UTF-8 without a byte order mark.
func decodeText(file io.ReaderAt, size int64) (io.Reader, error) {
	all := io.NewSectionReader(file, 0, size)
	mark := make([]byte, 3)
	n, _ := file.ReadAt(mark, 0)
	mark = mark[:n]
	switch {
	case bytes.HasPrefix(mark, []byte{0xef, 0xbb, 0xbf}):
		return io.NewSectionReader(file, 3, size-3), nil
	case bytes.HasPrefix(mark, []byte{0xff, 0xfe}), bytes.HasPrefix(mark, []byte{0xfe, 0xff}):
		return transform.NewReader(all, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	}
	valid, err := isUTF8(all)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	again := io.NewSectionReader(file, 0, size)
	if valid {
		return again, nil
	}
	return transform.NewReader(again, simplifiedchinese.GB18030.NewDecoder()), nil
}

// isUTF8 reads everything once; a character may lie across two pieces.
func isUTF8(r io.Reader) (bool, error) {
	buffer := make([]byte, 64<<10)
	rest := 0
	for {
		n, err := r.Read(buffer[rest:])
		piece := buffer[:rest+n]
		if errors.Is(err, io.EOF) {
			return utf8.Valid(piece), nil
		}
		if err != nil {
			return false, err
		}
		whole := len(piece)
		for i := 1; i <= min(3, len(piece)); i++ {
			if utf8.RuneStart(piece[len(piece)-i]) {
				if !utf8.FullRune(piece[len(piece)-i:]) {
					whole = len(piece) - i
				}
				break
			}
		}
		if !utf8.Valid(piece[:whole]) {
			return false, nil
		}
		rest = copy(buffer, piece[whole:])
	}
}

// delimiter takes the commonest of comma, tab and semicolon in the first rows.
func delimiter(head string) rune {
	best, most := ',', strings.Count(head, ",")
	for _, d := range "\t;" {
		if n := strings.Count(head, string(d)); n > most {
			best, most = d, n
		}
	}
	return best
}

func (s *csvSource) next() ([]string, error) {
	cells, err := s.reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	return cells, err
}

// exactNumbers is false: a csv holds what the screen showed, so scientific
// notation there has lost its digits.
func (s *csvSource) exactNumbers() bool { return false }
func (s *csvSource) epoch1904() bool    { return false }
func (s *csvSource) close() error       { return nil }
