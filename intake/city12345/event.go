package city12345

// kinds turns every accepted event name into its kind. The object names are
// accepted too, since platforms name an event now by its act, now by its form.
func kinds(name string) (EventKind, bool) {
	switch name {
	case "dispatched", "dispatch", "order":
		return Dispatched, true
	case "supplemented", "supplement":
		return Supplemented, true
	case "urged", "urge":
		return Urged, true
	case "supervised", "supervise":
		return Supervised, true
	case "recalled", "recall":
		return Recalled, true
	case "closed", "close":
		return Closed, true
	case "return_decided", "return_decision":
		return ReturnDecided, true
	case "extension_decided", "extension_decision":
		return ExtensionDecided, true
	case "visited", "visit":
		return Visited, true
	case "redone", "redo":
		return Redone, true
	default:
		return "", false
	}
}

// ParseEvent reads an inbound body. The field errors are empty when the event
// can be used; otherwise the Event still holds whatever could be read, so that
// the stored submission can be shown with its numbers. Unknown fields are
// listed in Event.Unknown and are no error.
func ParseEvent(body []byte) (Event, []FieldError) {
	var p problems
	r, ok := openMessage(body, &p)
	if !ok {
		return Event{}, p.errors
	}
	e := Event{EventID: r.id("event_id"), At: r.time("at")}
	name := r.id("event")
	if name != "" {
		e.Kind, ok = kinds(name)
		if !ok {
			r.fail("event", "不认识的事件")
		}
	}
	if e.Kind == Dispatched {
		readDispatched(r, &e)
	} else {
		e.OrderNo = r.id("order_no")
		readObject(r, &e)
	}
	r.done()
	e.Unknown = p.unknown
	return e, p.errors
}

// readDispatched reads the order; its number is also the event's.
func readDispatched(r *reader, e *Event) {
	outer := r.text("order_no")
	o, ok := r.needObject("order")
	if !ok {
		e.OrderNo = outer
		return
	}
	order := readOrder(o)
	o.done()
	e.Order, e.OrderNo = &order, order.OrderNo
	if outer != "" && order.OrderNo != "" && outer != order.OrderNo {
		r.fail("order_no", "与 order.order_no 不一致")
	}
}

func readOrder(o *reader) Order {
	order := Order{
		OrderNo: o.id("order_no"), CityNo: o.code("city_no"), Source: o.text("source"), Kind: o.code("kind"),
		Title: o.text("title"), Content: o.text("content"),
		CallerName: o.text("caller_name"), CallerPhone: o.text("caller_phone"), ContactPhone: o.text("contact_phone"),
		RegionCode: o.code("region_code"), Address: o.text("address"),
		CategoryCode: o.code("category_code"), CategoryName: o.text("category_name"),
		Urgency: o.code("urgency"), Unit: o.text("unit"),
		ReceivedAt: o.time("received_at"), DispatchedAt: o.time("dispatched_at"),
		SignBy: o.time("sign_by"), HandleBy: o.time("handle_by"),
		Attachments: o.attachments("attachments"), Remark: o.text("remark"),
	}
	order.Anonymous, _ = o.boolean("anonymous")
	order.Confidential, _ = o.boolean("confidential")
	if order.Content == "" && !o.failed("content") {
		o.fail("content", "缺少")
	}
	return order
}

// failed reports whether an error is already noted at the field.
func (r *reader) failed(name string) bool {
	for _, e := range r.problems.errors {
		if e.Field == r.path+name {
			return true
		}
	}
	return false
}

// ValidateOrder checks an order that came by another way than a push, such as
// a sheet or a file: the same fields must be there.
func ValidateOrder(o Order) []FieldError {
	var list []FieldError
	if o.OrderNo == "" {
		list = append(list, FieldError{"order_no", "缺少"})
	}
	if len(o.OrderNo) > maxID {
		list = append(list, FieldError{"order_no", "过长"})
	}
	if o.Content == "" {
		list = append(list, FieldError{"content", "缺少"})
	}
	return list
}

// readObject reads the object of every kind but dispatched. An object may be
// left out only where the event says enough without it.
func readObject(r *reader, e *Event) {
	switch e.Kind {
	case Supplemented:
		e.Supplement = readSupplement(r)
	case Urged:
		e.Urge = &Urge{}
		if o, ok := r.object("urge"); ok {
			*e.Urge = Urge{Reason: o.text("reason"), Times: o.number("times")}
			o.done()
		}
	case Supervised:
		e.Supervise = &Supervise{}
		if o, ok := r.object("supervise"); ok {
			*e.Supervise = Supervise{Level: o.code("level"), Opinion: o.text("opinion"), By: o.text("by"), HandleBy: o.time("handle_by")}
			o.done()
		}
	case Recalled:
		e.Recall = &Recall{}
		if o, ok := r.object("recall"); ok {
			*e.Recall = Recall{Reason: o.text("reason")}
			o.done()
		}
	case Closed:
		e.Close = &Close{}
		if o, ok := r.object("close"); ok {
			*e.Close = Close{Result: o.code("result"), Reason: o.text("reason")}
			o.done()
		}
	case Redone:
		e.Redo = &Redo{}
		if o, ok := r.object("redo"); ok {
			*e.Redo = Redo{Reason: o.text("reason"), SignBy: o.time("sign_by"), HandleBy: o.time("handle_by")}
			o.done()
		}
	case ReturnDecided:
		e.ReturnDecision = readReturnDecision(r)
	case ExtensionDecided:
		e.ExtensionDecision = readExtensionDecision(r)
	case Visited:
		e.Visit = readVisit(r)
	}
}

// needObject opens an object that must be there.
func (r *reader) needObject(name string) (*reader, bool) {
	o, ok := r.object(name)
	if !ok && !r.failed(name) {
		r.fail(name, "缺少")
	}
	return o, ok
}

func readSupplement(r *reader) *Supplement {
	o, ok := r.needObject("supplement")
	if !ok {
		return nil
	}
	s := &Supplement{Content: o.text("content"), Attachments: o.attachments("attachments")}
	if s.Content == "" && len(s.Attachments) == 0 && !o.failed("content") && !o.failed("attachments") {
		o.fail("content", "缺少")
	}
	o.done()
	return s
}

func readReturnDecision(r *reader) *ReturnDecision {
	o, ok := r.needObject("return_decision")
	if !ok {
		return nil
	}
	d := &ReturnDecision{RequestID: o.text("request_id"), Granted: o.decision(), Reason: o.text("reason")}
	d.Adjudicated, _ = o.boolean("adjudicated")
	o.done()
	return d
}

func readExtensionDecision(r *reader) *ExtensionDecision {
	o, ok := r.needObject("extension_decision")
	if !ok {
		return nil
	}
	d := &ExtensionDecision{
		RequestID: o.text("request_id"), Granted: o.decision(), Reason: o.text("reason"), HandleBy: o.time("handle_by"),
	}
	if d.Granted && d.HandleBy.IsZero() && !o.failed("handle_by") {
		o.fail("handle_by", "缺少：同意延期须给出新的期限")
	}
	o.done()
	return d
}

// decision reads the required yes or no of a request.
func (r *reader) decision() bool {
	granted, given := r.boolean("granted", "approved")
	if !given {
		r.fail("granted", "缺少")
	}
	return granted
}

func readVisit(r *reader) *Visit {
	o, ok := r.needObject("visit")
	if !ok {
		return nil
	}
	v := &Visit{
		Solved: o.solved(), Satisfaction: o.code("satisfaction"), Reason: o.text("reason"), VisitedAt: o.time("visited_at"),
	}
	if v.Solved == "" && v.Satisfaction == "" && !o.failed("solved") && !o.failed("satisfaction") {
		o.fail("solved", "缺少：是否解决和满意度至少有一项")
	}
	o.done()
	return v
}

// solved reads 是否解决 as true, false, a number code or words.
func (r *reader) solved() string {
	_, raw, ok := r.take("solved", "resolved")
	switch {
	case ok && string(raw) == "true":
		return Solved
	case ok && string(raw) == "false":
		return Unsolved
	case ok && isWholeNumber(raw):
		return string(raw)
	}
	return r.text("solved", "resolved")
}
