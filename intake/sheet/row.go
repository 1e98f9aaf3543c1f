package sheet

import (
	"fmt"
	"strings"
	"time"

	"hotline/intake/city12345"
)

// rowReader fills one Row.
type rowReader struct {
	row    Row
	header string
	exact  bool
	e1904  bool
}

// row turns raw cells into an order.
func (r *Reader) row(cells []string) Row {
	rr := &rowReader{
		row:   Row{Number: r.number, Extra: map[string]string{}, Cells: cells},
		exact: r.source.exactNumbers(), e1904: r.source.epoch1904(),
	}
	for i, cell := range cells {
		rr.header = ""
		if i < len(r.Header) {
			rr.header = strings.TrimSpace(r.Header[i])
		}
		if len(cell) > maxCell {
			rr.fail(fmt.Sprintf("超过 %d 字节", maxCell))
			continue
		}
		value := clean(cell)
		if value == "" {
			continue
		}
		column, known := r.columns[i]
		if !known {
			rr.extra(rr.header, value, i)
			continue
		}
		rr.set(column, value)
	}
	rr.check(r.headerOf)
	r.noteRepeat(&rr.row)
	return rr.row
}

func (rr *rowReader) fail(message string) {
	rr.row.Errors = append(rr.row.Errors, RowError{rr.row.Number, rr.header, message})
}

// extra keeps a cell no order field takes; a nameless column goes by number.
func (rr *rowReader) extra(name, value string, i int) {
	if name == "" {
		name = fmt.Sprintf("第%d列", i+1)
	}
	if rr.row.Extra[name] != "" {
		name = fmt.Sprintf("%s（第%d列）", name, i+1)
	}
	rr.row.Extra[name] = value
}

// set puts a value where its column belongs.
func (rr *rowReader) set(c Column, value string) {
	o := &rr.row.Order
	switch c {
	case OrderNo:
		o.OrderNo = rr.identifier(value)
	case CityNo:
		o.CityNo = rr.identifier(value)
	case CallerPhone:
		o.CallerPhone = rr.identifier(value)
	case ContactPhone:
		o.ContactPhone = rr.identifier(value)
	case RegionCode:
		o.RegionCode = rr.identifier(value)
	case Source:
		o.Source = value
	case Kind:
		o.Kind = value
	case Title:
		o.Title = value
	case Content:
		o.Content = value
	case CallerName:
		o.CallerName = value
		o.Anonymous = value == "匿名"
	case Address:
		o.Address = value
	case Category:
		o.CategoryName = joinLevels(value, o.CategoryName)
	case CategorySub:
		o.CategoryName = joinLevels(o.CategoryName, value)
	case Urgency:
		o.Urgency = value
	case Unit:
		o.Unit = value
	case Remark:
		o.Remark = value
	case Confidential:
		o.Confidential = rr.yes(value)
	case ReceivedAt:
		o.ReceivedAt = rr.moment(value)
	case DispatchedAt:
		o.DispatchedAt = rr.moment(value)
	case SignBy:
		o.SignBy = rr.moment(value)
	case HandleBy:
		o.HandleBy = rr.moment(value)
	default:
		rr.row.Extra[string(c)] = value
	}
}

func joinLevels(upper, lower string) string {
	if upper == "" || lower == "" {
		return upper + lower
	}
	return upper + "/" + lower
}

func (rr *rowReader) identifier(value string) string {
	id, err := identifier(value, rr.exact)
	if err != nil {
		rr.fail(err.Error())
	}
	return id
}

func (rr *rowReader) yes(value string) bool {
	b, err := yes(value)
	if err != nil {
		rr.fail(err.Error())
	}
	return b
}

func (rr *rowReader) moment(value string) time.Time {
	t, err := moment(value, rr.e1904)
	if err != nil {
		rr.fail(err.Error())
	}
	return t
}

// check names the required columns that are empty, unless already named.
func (rr *rowReader) check(headerOf func(Column) string) {
	for _, bad := range city12345.ValidateOrder(rr.row.Order) {
		rr.header = headerOf(Column(bad.Field))
		if !rr.named(rr.header) {
			rr.fail(bad.Message)
		}
	}
}

func (rr *rowReader) named(header string) bool {
	for _, e := range rr.row.Errors {
		if e.Column == header {
			return true
		}
	}
	return false
}

// headerOf gives the file's own name of a column.
func (r *Reader) headerOf(c Column) string {
	for i, column := range r.columns {
		if column == c {
			return strings.TrimSpace(r.Header[i])
		}
	}
	return string(c)
}

// noteRepeat refuses an order number the second time in one file.
func (r *Reader) noteRepeat(row *Row) {
	no := row.Order.OrderNo
	if no == "" {
		return
	}
	if first, ok := r.seen[no]; ok {
		row.Errors = append(row.Errors, RowError{row.Number, r.headerOf(OrderNo), fmt.Sprintf("与第 %d 行工单编号重复", first)})
		return
	}
	r.seen[no] = row.Number
}
