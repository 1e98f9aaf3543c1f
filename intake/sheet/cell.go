package sheet

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"hotline/intake/city12345"
)

// Errors of a cell, in the words the importer shows.
var (
	errNoTime  = errors.New("不是可识别的时间")
	errNoDigit = errors.New("号码被表格软件改成了科学计数，位数已丢失，请把该列设为文本后重新导出")
	errNoYes   = errors.New("应为 是 或 否")
)

// clean trims a cell, drops the apostrophe of a guarded formula, and reads the
// words that mean "nothing" as empty.
func clean(cell string) string {
	cell = strings.Trim(cell, " \t\r\n\u3000\u00a0\ufeff")
	if len(cell) > 1 && cell[0] == '\'' && risky(cell[1:]) {
		cell = cell[1:]
	}
	switch cell {
	case "无", "暂无", "空", "-", "--", "—", "——", "/", "NULL", "null", "N/A", "#N/A":
		return ""
	}
	return strings.ReplaceAll(cell, "\x00", "")
}

// risky reports a text that a spreadsheet would run as a formula.
func risky(s string) bool {
	return s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0]))
}

var scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+?([0-9]{1,2})$`)

// identifier reads a number that must keep all its digits: an order number, a
// phone. Excel holds 15 digits exactly; what it wrote in scientific notation
// is restored only if nothing can have been lost.
func identifier(cell string, exact bool) (string, error) {
	if !scientific.MatchString(cell) {
		return strings.TrimSuffix(cell, ".0"), nil
	}
	f, _, err := big.ParseFloat(cell, 10, 200, big.ToNearestEven)
	if err != nil || !exact || !f.IsInt() {
		return "", errNoDigit
	}
	digits := f.Text('f', 0)
	if len(digits) > 15 {
		return "", errNoDigit
	}
	return digits, nil
}

// yes reads 是/否 and the codes platforms use for them.
func yes(cell string) (bool, error) {
	switch strings.ToLower(cell) {
	case "是", "保密", "1", "true", "y", "yes":
		return true, nil
	case "", "否", "不保密", "公开", "0", "false", "n", "no":
		return false, nil
	}
	return false, errNoYes
}

// Serial days of 1904 workbooks (old Macintosh) start 1462 days later.
const days1904 = 1462

// moment reads a time as Changzhi's clock: a spreadsheet's serial day counted
// from 1899-12-30, or one of the ways people type it. Empty gives the zero time.
func moment(cell string, epoch1904 bool) (time.Time, error) {
	if cell == "" {
		return time.Time{}, nil
	}
	if serial, err := strconv.ParseFloat(cell, 64); err == nil && serial > 0 && serial < 100000 {
		return fromSerial(serial, epoch1904)
	}
	text := typedTime.Replace(fraction.ReplaceAllString(cell, "$1"))
	text = strings.TrimRight(strings.Join(strings.Fields(text), " "), ":")
	for _, layout := range []string{
		"2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2 15", "2006-1-2",
		"20060102150405", "20060102 15:04:05", "20060102", "2006-1-2T15:4:5", time.RFC3339,
	} {
		t, err := time.ParseInLocation(layout, text, city12345.Shanghai())
		if err == nil {
			return plausible(t)
		}
	}
	return time.Time{}, errNoTime
}

// fraction is the part below a second that databases append.
var fraction = regexp.MustCompile(`(:[0-9]{2})\.[0-9]+`)

// typedTime brings the separators people use to one form.
var typedTime = strings.NewReplacer("年", "-", "月", "-", "日", " ", "号", " ", "时", ":", "点", ":", "分", ":", "秒", "",
	"/", "-", "：", ":", ".", "-", "\u3000", " ")

// fromSerial rounds to the second, as spreadsheets show it.
func fromSerial(serial float64, epoch1904 bool) (time.Time, error) {
	if epoch1904 {
		serial += days1904
	}
	day, part := math.Modf(serial)
	origin := time.Date(1899, 12, 30, 0, 0, 0, 0, city12345.Shanghai())
	return plausible(origin.AddDate(0, 0, int(day)).Add(time.Duration(math.Round(part*86400)) * time.Second))
}

// plausible refuses years no order can have.
func plausible(t time.Time) (time.Time, error) {
	if t.Year() < 2000 || t.Year() > 2100 {
		return time.Time{}, errNoTime
	}
	return t, nil
}
