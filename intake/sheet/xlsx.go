package sheet

import (
	"archive/zip"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// xlsxSource streams the first sheet that has a row.
type xlsxSource struct {
	file  *excelize.File
	rows  *excelize.Rows
	e1904 bool
}

// openXLSX refuses archives that would unpack to more than a sheet can be,
// before anything is unpacked.
func openXLSX(file io.ReaderAt, size int64) (source, error) {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	err = checkBomb(archive)
	if err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(io.NewSectionReader(file, 0, size), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: 8 << 20,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	s := &xlsxSource{file: f}
	props, err := f.GetWorkbookProps()
	s.e1904 = err == nil && props.Date1904 != nil && *props.Date1904
	names := f.GetSheetList()
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: no sheet", ErrUnread)
	}
	s.rows, err = f.Rows(names[0])
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	return s, nil
}

// checkBomb trusts the declared sizes: archive/zip fails when a part turns out
// longer than declared.
func checkBomb(archive *zip.Reader) error {
	var total uint64
	if len(archive.File) > 2000 {
		return ErrTooLarge
	}
	for _, part := range archive.File {
		total += part.UncompressedSize64
		big := part.UncompressedSize64 > 1<<20
		if total > maxUnzip || (big && part.UncompressedSize64/max(part.CompressedSize64, 1) > maxRatio) {
			return ErrTooLarge
		}
	}
	return nil
}

func (s *xlsxSource) next() ([]string, error) {
	if !s.rows.Next() {
		err := s.rows.Error()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnread, err)
		}
		return nil, io.EOF
	}
	cells, err := s.rows.Columns()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnread, err)
	}
	return cells, nil
}

func (s *xlsxSource) exactNumbers() bool { return true }
func (s *xlsxSource) epoch1904() bool    { return s.e1904 }

func (s *xlsxSource) close() error {
	err := s.rows.Close()
	if err != nil {
		s.file.Close()
		return err
	}
	return s.file.Close()
}
