package sheet

import "strings"

// Version names the alias table below. It is stored with an import, so that a
// later reader knows how its columns were understood.
const Version = "2026-11"

// Column is a column we know, by the name the importer stores it under.
type Column string

// The columns of an order. Those from Section on have no place in the order
// and are kept in Row.Extra.
const (
	OrderNo      Column = "order_no"
	CityNo       Column = "city_no"
	Source       Column = "source"
	Kind         Column = "kind"
	Title        Column = "title"
	Content      Column = "content"
	CallerName   Column = "caller_name"
	CallerPhone  Column = "caller_phone"
	ContactPhone Column = "contact_phone"
	Confidential Column = "confidential"
	RegionCode   Column = "region_code"
	Address      Column = "address"
	Category     Column = "category"
	CategorySub  Column = "category_sub"
	Urgency      Column = "urgency"
	Unit         Column = "unit"
	ReceivedAt   Column = "received_at"
	DispatchedAt Column = "dispatched_at"
	SignBy       Column = "sign_by"
	HandleBy     Column = "handle_by"
	Remark       Column = "remark"

	Section Column = "section"
	Result  Column = "result"
	Status  Column = "status"
	Sender  Column = "sender"
	Card    Column = "card"
	Serial  Column = "serial"
)

// aliases lists, for each column, the headers platforms have used for it, the
// commonest first. Extend it here when a platform renames a header.
func aliases() map[Column][]string {
	return map[Column][]string{
		OrderNo:      {"办件编号", "工单编号", "12345工单编号", "工单号", "办件号", "受理编号", "热线工单编号", "SERIALNUM", "record_number"},
		CityNo:       {"市级编号", "上级编号", "市级工单编号", "省级编号", "上级工单编号"},
		Source:       {"办件来源", "工单来源", "来源", "诉求来源", "受理渠道", "RQSTSOURCE"},
		Kind:         {"诉求类型", "办件类型", "工单类型", "类型", "诉求类别", "RQSTTYPE"},
		Title:        {"诉求主题", "标题", "工单标题", "诉求标题", "主题", "RQSTTITLE"},
		Content:      {"诉求内容", "工单内容", "内容", "反映内容", "问题描述", "RQSTCONTENT"},
		CallerName:   {"诉求人", "来电人", "反映人", "姓名", "来电人姓名", "诉求人姓名", "RQSTPERSON"},
		CallerPhone:  {"诉求人电话", "来电号码", "来电电话", "主叫号码", "诉求人号码", "RQSTNUMBER", "callNumber"},
		ContactPhone: {"联系电话", "联系号码", "联系方式", "回访电话", "手机号码", "LINKNUMBER"},
		Confidential: {"保密", "是否保密", "是否匿名保密", "ISSECRET"},
		RegionCode:   {"区划", "行政区划", "所属区划", "问题属地", "属地", "区县", "RQSTAREACODE"},
		Address:      {"诉求地址", "事发地址", "地址", "问题地址", "RQSTADDRESS"},
		Category:     {"事项大类", "归口", "事项分类", "一级分类", "ACCORDTYPE"},
		CategorySub:  {"事项小类", "二级分类", "三级分类"},
		Urgency:      {"紧急程度", "紧急", "缓急程度", "是否紧急", "ISIMPT"},
		Unit:         {"办理单位", "承办单位", "主办单位", "处置单位", "责任单位"},
		ReceivedAt:   {"受理时间", "诉求时间", "来电时间", "登记时间", "RQSTTIME"},
		DispatchedAt: {"派发时间", "派单时间", "转办时间", "交办时间", "下派时间"},
		SignBy:       {"签收期限", "签收时限", "应签收时间"},
		HandleBy:     {"承诺完成时间", "办理期限", "办结期限", "办理时限", "截止时间", "到期时间", "限办时间"},
		Remark:       {"备注", "派单意见", "交办意见"},
		Section:      {"办理科室", "承办科室", "科室"},
		Result:       {"处理结果", "答复要点", "办理结果", "办理情况"},
		Status:       {"办件状态", "工单状态", "状态", "CSTATUS"},
		Sender:       {"派单员", "派单人", "派发人"},
		Card:         {"预警状态", "预警"},
		Serial:       {"序号", "编号序号", "No.", "No"},
	}
}

// columnOf finds the column of a header as typed.
func columnOf(header string, table map[string]Column) (Column, bool) {
	c, ok := table[plain(header)]
	return c, ok
}

// headerTable turns the aliases round.
func headerTable() map[string]Column {
	table := map[string]Column{}
	for column, names := range aliases() {
		for _, name := range names {
			table[plain(name)] = column
		}
	}
	return table
}

// plain removes what varies in a header without meaning: spaces, line breaks,
// the star of a required field, colons, letter case.
func plain(header string) string {
	header = strings.Join(strings.Fields(header), "")
	header = strings.NewReplacer("*", "", "＊", "", ":", "", "：", "", "\ufeff", "").Replace(header)
	return strings.ToLower(header)
}
