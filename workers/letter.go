package workers

import (
	"strings"

	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

// smsMost is how many characters of an answer go into a text message; the rest
// is read on the status page.
const smsMost = 240

// letterText is the answer as an e-mail says it.
func letterText(d ticketdb.Delivery, desk string) string {
	var b strings.Builder
	b.WriteString("您好：\n\n您反映的事项（编号 " + d.Number + "）已经办理，现答复如下：\n\n" + d.Text + "\n")
	if d.Notice != "" {
		b.WriteString("\n" + d.Notice + "\n")
	}
	b.WriteString("\n" + statusLine(d) + "\n\n" + desk + "\n")
	return b.String()
}

// receivedText is the acknowledgement of a letter.
func receivedText(d ticketdb.Delivery, desk string) string {
	return "您好：\n\n您的来信已经收到，编号 " + d.Number + "。我们会按规定办理并答复您。\n\n" + statusLine(d) + "\n\n" + desk + "\n"
}

func statusLine(d ticketdb.Delivery) string {
	return "凭编号和查询码 " + d.Receipt + " 可在查询页查看办理情况。"
}

// smsText is the answer as a text message says it.
func smsText(d ticketdb.Delivery, desk string) string {
	if d.View.Secrecy == tickets.Confidential { // whoever else holds the phone learns nothing
		return "【" + desk + "】您反映的事项（编号 " + d.Number + "）已有答复。" + statusLine(d)
	}
	answer := []rune(strings.Join(strings.Fields(d.Text), " "))
	tail := ""
	if len(answer) > smsMost {
		answer, tail = answer[:smsMost], "……（全文见查询页）"
	}
	return "【" + desk + "】您反映的事项（编号 " + d.Number + "）答复：" + string(answer) + tail + statusLine(d)
}

// firstWith is the first complainant the condition holds for.
func firstWith(d ticketdb.Delivery, has func(ticketdb.Complainant) bool) (ticketdb.Complainant, bool) {
	for _, c := range d.To {
		if has(c) {
			return c, true
		}
	}
	return ticketdb.Complainant{}, false
}
