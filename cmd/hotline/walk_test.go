package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"hotline/intake/mail"
	"hotline/intake/mail/demomail"
)

// TestAStrangerWalksFromThreeIntakesToClosedTickets does what the README's first
// steps say, in a real browser: a call, an e-mail and an order of the 12345 line
// become tickets, are dispatched, verified on a phone, approved, answered and
// closed; the complainants read the answers; the journal holds.
func TestAStrangerWalksFromThreeIntakesToClosedTickets(t *testing.T) {
	ctx := browser(t)
	d := startDesk(t, options{web: true, workers: true, demo: true})
	w := &walk{t: t, d: d, operator: signIn(t, ctx, d, "operator"), leadCity: signIn(t, ctx, d, "lead-city"),
		lead: signIn(t, ctx, d, "lead-140428"), handler: signIn(t, ctx, d, "handler-140428").phone(), caller: visitor(t, ctx, d, "a complainant").phone()}

	call, code := w.aCallIsDispatchedAtOnce()
	w.anInquiryIsAnsweredAtOnce()
	w.anAccusedVillageIsProposedAndDispatched()
	letter := w.aLetterArrives()
	order := w.anOrderArrives()

	w.verify(call, "因银行卡状态异常退回，已更换卡号补发，今日到账。")
	w.verify(letter, "特困供养金已补发到账，三个月一并补齐。")
	w.verify(order, "护理补贴已核实，本月起恢复发放。")

	w.operator.reloadsUntil("/tickets/"+call, "待回访")
	w.operator.sees("已送达")
	w.smsWentOut(call, code)
	w.letterWasAnswered(letter)
	w.platformWasAnswered(order)
	w.callerReads(call, code, "已更换卡号补发")
	w.followUp(call)
	w.followUp(letter)
	w.callerReads(call, code, "已办结")
	w.lead.reloadsUntil("/tickets/"+order, "已办结")
	w.journalHolds()
}

// walk is everybody who takes part.
type walk struct {
	t                                         *testing.T
	d                                         *desk
	operator, leadCity, lead, handler, caller *person
}

const next = "//section[contains(@class,'nexts')]"

// register fills in the desk's form up to the button and returns number and code.
func (w *walk) register(kind, statement string, rest func(p *person)) (number, code string) {
	w.t.Helper()
	p := w.operator
	p.open("/desk")
	p.click("//fieldset[1]//span[text()='" + kind + "']")
	p.fill("#statement", statement)
	rest(p)
	p.press("//form[@id='desk-form']//button[@type='submit']")
	p.sees("已登记")
	return p.text("#saved .codes dd:nth-of-type(1)"), p.text("#saved .codes dd:nth-of-type(2)")
}

func (w *walk) aCallIsDispatchedAtOnce() (number, code string) {
	w.t.Helper()
	number, code = w.register("求助", "我妈的低保这个月十五号了还没到卡上，往月十号前准有，是不是停了？", func(p *person) {
		p.fill("#name", "李秋平")
		p.fill("#phone", "19900000002")
		p.choose("#county", "长子")
		p.choose("#township", "石哲镇")
	})
	w.operator.sees("已派 长子县民政局")
	w.operator.sees("可自动派单")
	return number, code
}

func (w *walk) anInquiryIsAnsweredAtOnce() {
	w.t.Helper()
	w.register("咨询", "今年城市低保标准一个月是多少钱，去哪里申请？", func(p *person) {
		p.click("//details[@id='at-once']/summary")
		p.fill("#answer", "标准以市政府当年公布的为准，到户籍所在乡镇申请，带身份证和户口本。")
	})
	w.operator.sees("已办结")
}

func (w *walk) anAccusedVillageIsProposedAndDispatched() {
	w.t.Helper()
	number, _ := w.register("投诉", "村干部评低保不公开，民主评议没有通知我们，名单也没有贴出来。", func(p *person) {
		p.fill("#name", "赵小宁")
		p.fill("#phone", "19900000003")
		p.choose("#county", "长子")
		p.choose("#accused_unit", "石哲镇黄土梁村")
		p.fill("#accused_post", "村委会副主任")
	})
	w.operator.sees("须人工确认")
	w.leadCity.open("/dispatch")
	w.leadCity.sees("被举报单位为石哲镇黄土梁村村民委员会，须由长子县民政局或以上办理")
	w.leadCity.press("//article[contains(.,'" + number + "')]//button[contains(.,'按拟派单位派单')]")
	w.leadCity.sees("已完成：派单")
	w.lead.open("/tickets/" + number)
	w.lead.sees("待签收")
}

// aLetterArrives sends one from a bare address and reads the number in the
// acknowledgement.
func (w *walk) aLetterArrives() string {
	w.t.Helper()
	letter := "From: citizen@demo.test\r\nTo: desk@demo.test\r\nSubject: " + mime.BEncoding.Encode("utf-8", "特困供养金三个月没有到账") +
		"\r\nMessage-ID: <walk@demo.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n我是长子县石哲镇的居民。我父亲的特困供养金从九月份起没有到账，请帮助核实。\r\n"
	if err := smtp.SendMail(w.d.c.DemoSMTP, nil, demomail.Citizen, []string{demomail.Desk}, []byte(letter)); err != nil {
		w.t.Fatal(err)
	}
	subject := w.mailWith("您的来信已经收到").Subject
	_, rest, _ := strings.Cut(subject, "编号 ")
	if len(rest) < 13 {
		w.t.Fatalf("no number in the acknowledgement's subject %q", subject)
	}
	return rest[:13]
}

func (w *walk) anOrderArrives() string {
	w.t.Helper()
	now := time.Now()
	order := map[string]any{"order_no": "CZ-WALK-1", "source": "电话", "kind": "求助", "title": "护理补贴停发", "content": "来电人反映：长子县石哲镇某村重度残疾人护理补贴本月停发，请核实后恢复。",
		"caller_name": "钱小满", "caller_phone": "19900000007", "contact_phone": "19900000007", "region_code": "140428", "address": "长子县石哲镇", "urgency": "一般", "unit": "长子县民政局",
		"received_at": now.Add(-20 * time.Minute).Format(time.RFC3339), "dispatched_at": now.Format(time.RFC3339), "handle_by": now.AddDate(0, 0, 14).Format(time.RFC3339)}
	body, err := json.Marshal(order)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.Post("http://"+w.d.c.DemoCity+"/orders", "application/json", bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if said, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusAccepted {
		w.t.Fatalf("the platform answered %d: %s", res.StatusCode, said)
	}
	number := ""
	w.eventually("the order has a ticket", func() bool {
		number = w.order().TicketNo
		return number != ""
	})
	return number
}

// verify leads a ticket of 长子县 from signing to the approved reply.
func (w *walk) verify(number, reply string) {
	w.t.Helper()
	ticket := "/tickets/" + number
	w.lead.reloadsUntil(ticket, "待签收")
	w.lead.press(next + "//button[text()='签收']")
	w.lead.sees("已完成：签收")
	w.lead.click(next + "//summary[text()='指定核查员']")
	w.lead.choose("#assign-investigator", "胡梅芳")
	w.lead.press(next + "//details[@open]//button[@type='submit']")
	w.lead.sees("已完成：指定核查员")

	w.handler.open("/work")
	w.handler.press("//article[contains(.,'" + number + "')]//a[contains(@class,'num')]")
	w.handler.fits()
	w.handler.click("//article[@id='al-1']//summary[text()='记录核查结论']")
	w.handler.choose("#record1-outcome", "已办理")
	w.handler.fill("#record1-method", "调取发放台账和银行回执，入户核对本人")
	w.handler.press("//article[@id='al-1']//button[@type='submit']")
	w.handler.sees("已完成：记录核查结论")
	w.handler.click(next + "//summary[text()='提交审核']")
	w.handler.fill("#submit-public_text", reply)
	w.handler.press(next + "//details[@open]//button[@type='submit']")
	w.handler.sees("待审核")

	w.lead.open(ticket)
	w.lead.sees(reply)
	w.lead.click(next + "//summary[text()='审核通过']")
	w.lead.press(next + "//details[@open]//button[@type='submit']")
	w.lead.sees("已完成：审核通过")
}

func (w *walk) smsWentOut(number, code string) {
	w.t.Helper()
	log, err := os.ReadFile(filepath.Join(w.d.c.Data, "sms.log"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, want := range []string{number, code, "已更换卡号补发", `"to":"19900000002"`} {
		if !strings.Contains(string(log), want) {
			w.t.Errorf("sms.log does not say %s:\n%s", want, log)
		}
	}
}

func (w *walk) letterWasAnswered(number string) {
	w.t.Helper()
	reply := w.mailWith("特困供养金已补发到账")
	if len(reply.InReplyTo) != 1 || reply.InReplyTo[0] != "walk@demo.test" {
		w.t.Errorf("the reply answers %v, want the citizen's letter", reply.InReplyTo)
	}
	w.operator.reloadsUntil("/tickets/"+number, "待回访")
	w.operator.sees("电子邮件")
}

func (w *walk) platformWasAnswered(number string) {
	w.t.Helper()
	w.eventually("the platform has the reply, visits the caller and closes", func() bool { return w.order().Status == "closed" })
	var events []string
	for _, r := range w.order().Received {
		events = append(events, r.Event.Event)
		if r.Event.TicketNo != number {
			w.t.Errorf("event %s names ticket %s, want %s", r.Event.Event, r.Event.TicketNo, number)
		}
	}
	if got := strings.Join(events, " "); !strings.Contains(got, "signed") || !strings.Contains(got, "replied") {
		w.t.Errorf("the platform heard %q, want signed and replied", got)
	}
}

// callerReads asks the public page, without an account.
func (w *walk) callerReads(number, code, words string) {
	w.t.Helper()
	w.caller.open("/status")
	w.caller.fill("#number", number)
	w.caller.fill("#code", code)
	w.caller.press("//form[@action='/status']//button")
	w.caller.sees(words)
	w.caller.fits()
}

func (w *walk) followUp(number string) {
	w.t.Helper()
	w.operator.open("/tickets/" + number)
	w.operator.click(next + "//summary[text()='回访并办结']")
	w.operator.choose("#follow_up-resolved", "是")
	w.operator.choose("#follow_up-satisfaction", "满意")
	w.operator.press(next + "//details[@open]//button[@type='submit']")
	w.operator.sees("已办结")
}

// journalHolds changes a row behind the desk's back, and mends it.
func (w *walk) journalHolds() {
	w.t.Helper()
	verify := func() (string, error) {
		var out bytes.Buffer
		c := w.d.c
		err := (&verifyCommand{Most: 5}).Run(context.Background(), c, slog.New(slog.DiscardHandler), &out)
		return out.String(), err
	}
	if said, err := verify(); err != nil {
		w.t.Errorf("the journal does not verify: %v\n%s", err, said)
	}
	conn := w.d.owner(w.t)
	defer conn.Close(context.Background())
	change := func(sql string) {
		w.t.Helper()
		tag, err := conn.Exec(context.Background(), sql)
		if err != nil || tag.RowsAffected() != 1 {
			w.t.Fatalf("%s: %v, %d rows", sql, err, tag.RowsAffected())
		}
	}
	const row = ` WHERE (subject, seq) = (SELECT subject, seq FROM journal WHERE action = 'approve' ORDER BY subject LIMIT 1)`
	change(`UPDATE journal SET actor = 'x' || actor` + row)
	if said, err := verify(); err == nil || !strings.Contains(said, "row altered") {
		w.t.Errorf("a changed row went unseen: %v\n%s", err, said)
	}
	change(`UPDATE journal SET actor = substr(actor, 2)` + row)
	if said, err := verify(); err != nil {
		w.t.Errorf("the mended journal does not verify: %v\n%s", err, said)
	}
}

// platformOrder is what the platform believes of the order.
type platformOrder struct {
	Status   string `json:"status"`
	TicketNo string `json:"ticket_no"`
	Received []struct {
		Event struct {
			Event    string `json:"event"`
			TicketNo string `json:"ticket_no"`
		} `json:"event"`
	} `json:"received"`
}

func (w *walk) order() platformOrder {
	w.t.Helper()
	res, err := http.Get("http://" + w.d.c.DemoCity + "/orders/CZ-WALK-1")
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var o platformOrder
	if err := json.NewDecoder(res.Body).Decode(&o); err != nil {
		w.t.Fatal(err)
	}
	return o
}

// mailWith waits for a letter with the words in the citizen's mailbox.
func (w *walk) mailWith(words string) *mail.Message {
	w.t.Helper()
	var found *mail.Message
	w.eventually("the citizen has a letter with "+words, func() bool {
		for _, m := range w.citizensMail() {
			if strings.Contains(m.Subject+m.Text, words) {
				found = m
			}
		}
		return found != nil
	})
	return found
}

func (w *walk) citizensMail() []*mail.Message {
	w.t.Helper()
	c, err := imapclient.DialInsecure(w.d.c.DemoIMAP, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(demomail.Citizen, demomail.Password).Wait(); err != nil {
		w.t.Fatal(err)
	}
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		w.t.Fatal(err)
	}
	if box.NumMessages == 0 {
		return nil
	}
	list, err := c.Fetch(imap.SeqSet{{Start: 1, Stop: box.NumMessages}}, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}}).Collect()
	if err != nil {
		w.t.Fatal(err)
	}
	var out []*mail.Message
	for _, x := range list {
		for _, section := range x.BodySection {
			m, err := mail.NewParser().Parse(section.Bytes)
			if err != nil {
				w.t.Fatal(err)
			}
			out = append(out, m)
		}
	}
	return out
}

// eventually asks until it is so, with a deadline.
func (w *walk) eventually(what string, so func() bool) {
	w.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			w.t.Fatalf("after %s it is not so that %s", patience, what)
		}
	}
}
