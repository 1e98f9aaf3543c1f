package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"hotline/intake/city12345"
)

// export18 is the header of the export seen in use.
func export18() []any {
	var cells []any
	for h := range strings.FieldsSeq("序号 办件编号 办件来源 市级编号 诉求主题 诉求内容 办理单位 办理科室 诉求人 诉求人电话 处理结果 事项大类 事项小类 派发时间 承诺完成时间 办件状态 派单员 预警状态") {
		cells = append(cells, h)
	}
	return cells
}

// workbook writes rows from the given line on; nil rows stay empty.
func workbook(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if row == nil {
			continue
		}
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read gives all rows of a file.
func read(t *testing.T, file []byte) []Row {
	t.Helper()
	r, err := Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rows []Row
	for row, err := range r.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func at(month, day, hour, minute int) time.Time {
	return time.Date(2026, time.Month(month), day, hour, minute, 0, 0, city12345.Shanghai())
}

func TestRowsReadTheEighteenColumnExport(t *testing.T) {
	file := workbook(t,
		[]any{"长治市12345工单导出"}, export18(), nil,
		[]any{1, "CZ20261120000123", "电话", "SX20261120099", "低保停发", "无通知停发", "长子县民政局", "社会救助科", "郭某", 13800000001, "无",
			"民政", "低保", 46346.383333333, "2026年12月1日 18时", "待签收", "06号", "=HYPERLINK(\"x\")"},
	)
	rows := read(t, file)
	want := []Row{{
		Number: 4,
		Order: city12345.Order{
			OrderNo: "CZ20261120000123", CityNo: "SX20261120099", Source: "电话", Title: "低保停发", Content: "无通知停发",
			CallerName: "郭某", CallerPhone: "13800000001", CategoryName: "民政/低保", Unit: "长子县民政局",
			DispatchedAt: at(11, 20, 9, 12), HandleBy: at(12, 1, 18, 0),
		},
		Extra: map[string]string{"serial": "1", "section": "社会救助科", "status": "待签收", "sender": "06号", "card": "=HYPERLINK(\"x\")"},
		Cells: rows[0].Cells,
	}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

const csvText = "工单编号,诉求内容,联系电话,派单时间,心情\nWZ1,\"两行\n内容\",0355-2000000,2026/11/20 9:05,无\nWZ2,高龄津贴未到账,13800000002,2026-11-20 09:05:00.0,平静\n"

func TestRowsReadEveryTextEncoding(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(csvText + "WZ3,虒亭镇𠮷某,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(strings.ReplaceAll(csvText, ",", "\t"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"utf-8": csvText, "utf-8 with mark": "\ufeff" + csvText, "gb18030": gb, "utf-16 tabs": utf16,
		"semicolons": strings.ReplaceAll(csvText, ",", ";"), "crlf": strings.ReplaceAll(csvText, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			rows := read(t, []byte(text))
			if len(rows) < 2 || rows[0].Order.OrderNo != "WZ1" || rows[1].Order.Content != "高龄津贴未到账" ||
				!rows[1].Order.DispatchedAt.Equal(at(11, 20, 9, 5)) || rows[1].Extra["心情"] != "平静" || len(rows[0].Errors)+len(rows[1].Errors) > 0 {
				t.Errorf("got %+v", rows)
			}
			if name == "gb18030" && rows[2].Order.Content != "虒亭镇𠮷某" {
				t.Errorf("rare characters: %q", rows[2].Order.Content)
			}
		})
	}
}

func TestUTF8IsRecognisedAcrossReadBoundaries(t *testing.T) {
	text := "工单编号,诉求内容\nWZ1," + strings.Repeat("汉", 30000) + "\n" + strings.Repeat("WZ,文字字\n", 9000)
	rows := read(t, []byte("\n"+text))
	if got := rows[0].Order.Content; got != strings.Repeat("汉", 30000) {
		t.Errorf("content came out as %d bytes", len(got))
	}
}

func TestRowsNameWhatIsWrongAtRowAndColumn(t *testing.T) {
	text := "工单编号,诉求内容,来电号码,办理期限,是否保密\n" +
		",有内容,,,\n" +
		"WZ2,无,,,\n" +
		"WZ3,有内容,1.38E+10,,\n" +
		"WZ4,有内容,,2026-02-30,\n" +
		"WZ5,有内容,,,也许\n" +
		"WZ5,再来一次,,,是\n" +
		"2.02611E+17,有内容,,,\n"
	var got []string
	for _, row := range read(t, []byte(text)) {
		for _, e := range row.Errors {
			got = append(got, fmt.Sprintf("%d %s", e.Row, e.Column))
		}
	}
	want := []string{"2 工单编号", "3 诉求内容", "4 来电号码", "5 办理期限", "6 是否保密", "7 工单编号", "8 工单编号"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestIdentifierNeverInventsDigits(t *testing.T) {
	for _, c := range []struct {
		cell  string
		exact bool
		want  string
		ok    bool
	}{
		{"1.3800000001E10", true, "13800000001", true},
		{"1.3800000001E+10", false, "", false},
		{"2.0261120000012301E+17", true, "", false},
		{"140428199001010011", true, "140428199001010011", true},
		{"13800000001.0", true, "13800000001", true},
		{"0355-2000000", false, "0355-2000000", true},
	} {
		got, err := identifier(c.cell, c.exact)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s: got %q, %v", c.cell, got, err)
		}
	}
}

func TestMomentReadsTheWaysPeopleWriteTimes(t *testing.T) {
	want := at(11, 20, 9, 12)
	for _, cell := range []string{
		"2026-11-20 09:12:00", "2026/11/20 9:12", "2026.11.20 9:12", "2026年11月20日9时12分", "2026年11月20日 9:12:00",
		"20261120091200", "46346.383333333333", "2026-11-20T09:12:00+08:00", "2026-11-20 09:12:00.000", "2026-11-20 09：12",
	} {
		got, err := moment(cell, false)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v, %v", cell, got, err)
		}
	}
	got, err := moment("44884.383333333333", true)
	if err != nil || !got.Equal(want) {
		t.Errorf("1904: got %v, %v", got, err)
	}
	for _, cell := range []string{"昨天", "3", "2026-13-01", "99999", "NaN", "Inf", "-46346"} {
		if got, err := moment(cell, false); err == nil {
			t.Errorf("%s was read as %v", cell, got)
		}
	}
}

func TestOpenRefusesFilesThatAreNoSheet(t *testing.T) {
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"old xls", []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, ErrOldFormat},
		{"empty", nil, ErrNoHeader},
		{"other csv", []byte("a,b\n1,2\n"), ErrNoHeader},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00"), ErrUnread},
		{"broken zip", []byte("PK\x03\x04broken"), ErrUnread},
		{"a bomb", bomb(t), ErrTooLarge},
		{"a workbook without orders", workbook(t, []any{"姓名"}), ErrNoHeader},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(bytes.NewReader(c.file), int64(len(c.file)))
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// bomb is a small archive whose one part unpacks a thousandfold.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	part, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(make([]byte, 20<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestResultSheetGuardsFormulasAndCanBeImportedAgain(t *testing.T) {
	rows := read(t, []byte("工单编号,诉求内容,来电号码\nWZ1,=cmd|calc,13800000001\n140428199001010011,,\n"))
	w, err := NewResultWriter([]string{"工单编号", "诉求内容", "来电号码"})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []Outcome{{Row: rows[0], Fate: Opened, TicketNo: "2611200000018"}, {Row: rows[1], Fate: Rejected}} {
		if err := w.Write(o); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := w.Close(&out); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := f.GetRows(resultSheet)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"原行号", "导入结果", "导入后编号", "导入说明", "工单编号", "诉求内容", "来电号码"},
		{"2", "已建单", "2611200000018", "", "WZ1", "'=cmd|calc", "13800000001"},
		{"3", "未导入", "", "诉求内容：缺少", "140428199001010011"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	again := read(t, out.Bytes())
	if again[0].Order.Content != "=cmd|calc" || again[0].Order.CallerPhone != "13800000001" || again[1].Order.OrderNo != "140428199001010011" {
		t.Errorf("read again: %+v", again)
	}
}

func TestEveryAliasMeansOneColumn(t *testing.T) {
	seen := map[string]Column{}
	for column, names := range aliases() {
		for _, name := range names {
			if other, ok := seen[plain(name)]; ok {
				t.Errorf("%s means both %s and %s", name, other, column)
			}
			seen[plain(name)] = column
		}
	}
}
