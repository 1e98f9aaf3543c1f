package web

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hotline/internal/vault"
	"hotline/tickets"
	"hotline/tickets/ticketdb"
)

const (
	maxSigners    = 200
	maxSignerName = 30 // characters; some names of the minorities are long
	maxFaults     = 5  // lines named in one message
)

// speaking marks a line of the list as one who speaks for the others.
var speaking = []string{"代表", "诉求代表", "representative", "rep"}

// signers reads the list of a joint letter as people paste it: a line each, with a
// name, a phone number where there is one, and 代表 for those who speak for all.
// The problems name their lines.
func signers(text string) ([]ticketdb.Complainant, []tickets.Problem) {
	var out []ticketdb.Complainant
	var zh, en []string
	for i, line := range strings.Split(text, "\n") {
		c, bad := signer(line)
		switch {
		case bad != nil:
			zh = append(zh, fmt.Sprintf("第 %d 行%s", i+1, bad.ZH))
			en = append(en, fmt.Sprintf("line %d: %s", i+1, bad.EN))
		case c.Name != "":
			out = append(out, c)
		}
	}
	if n := len(zh); n > maxFaults {
		zh, en = append(zh[:maxFaults], fmt.Sprintf("另有 %d 行", n-maxFaults)), append(en[:maxFaults], fmt.Sprintf("%d more lines", n-maxFaults))
	}
	if len(zh) > 0 {
		return out, []tickets.Problem{{Field: "signers", ZH: strings.Join(zh, "；"), EN: strings.Join(en, "; ")}}
	}
	return out, together(out)
}

// serial is the number before a name in a pasted table.
var serial = regexp.MustCompile(`^\s*\d{1,3}(?:\s*[.．、,，)）]\s*|\s+)`)

// signer reads one line; an empty one and the head of a table are nobody.
func signer(line string) (ticketdb.Complainant, *tickets.Problem) {
	c := ticketdb.Complainant{Role: "signer"}
	no := func(zh, en string) (ticketdb.Complainant, *tickets.Problem) {
		return c, &tickets.Problem{ZH: zh, EN: en}
	}
	if !utf8.ValidString(line) || strings.ContainsRune(line, 0) {
		return no("含有无法识别的字符", "not valid text")
	}
	var names, digits []string
	words := strings.FieldsFunc(serial.ReplaceAllString(line, ""), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，、;；|", r) })
	for _, word := range words {
		switch _, err := vault.ParseCitizenID(word); {
		case slices.Contains(speaking, strings.Trim(word, "（）()[]【】")):
			c.Role = "representative"
		case err == nil:
			c.IDNo = word
		case strings.ContainsFunc(word, unicode.IsDigit):
			digits = append(digits, word)
		default:
			names = append(names, word)
		}
	}
	c.Name, c.Phone = strings.Join(names, " "), strings.Join(digits, "") // 139 0000 0000
	switch {
	case len(words) == 0, slices.Contains(names, "姓名"):
		return ticketdb.Complainant{}, nil
	case c.Name == "":
		return no("没有姓名", "no name")
	case utf8.RuneCountInString(c.Name) > maxSignerName:
		return no(fmt.Sprintf("姓名超过 %d 字", maxSignerName), fmt.Sprintf("a name of more than %d characters", maxSignerName))
	}
	if _, err := vault.NormalisePhone(c.Phone); c.Phone != "" && err != nil {
		return no("电话或证件号码不正确", "not a phone number or citizen id")
	}
	return c, nil
}

// together checks the list as a whole.
func together(list []ticketdb.Complainant) []tickets.Problem {
	no := func(zh, en string) []tickets.Problem { return []tickets.Problem{{Field: "signers", ZH: zh, EN: en}} }
	speakers := 0
	for _, c := range list {
		if c.Role == "representative" {
			speakers++
		}
	}
	switch {
	case len(list) == 1:
		return no("联名须两人以上；一人请填在上面", "a joint letter has two people or more; put one above")
	case len(list) > maxSigners:
		return no(fmt.Sprintf("共 %d 人，一次最多 %d 人", len(list), maxSigners), fmt.Sprintf("%d people; at most %d at once", len(list), maxSigners))
	case speakers > 5:
		return no(fmt.Sprintf("代表 %d 人，最多 5 人（信访工作条例第二十条）", speakers), fmt.Sprintf("%d representatives; at most five", speakers))
	}
	return nil
}

// people are everybody behind a desk form: the caller, those who sign with him, and
// whom it is for. A caller who stands in the list too is kept once, with what both
// say of him.
func people(f map[string]string, anonymous bool) ([]ticketdb.Complainant, []tickets.Problem) {
	values := tickets.Values(f)
	list, bad := signers(f["signers"])
	who := ticketdb.Complainant{Role: "caller", Name: values.Get("name"), Phone: values.Get("phone"), IDNo: values.Get("id_no"), Address: values.Get("address")}
	switch i := slices.IndexFunc(list, func(c ticketdb.Complainant) bool { return c.Name == who.Name && sameOrNone(c.Phone, who.Phone) }); {
	case anonymous && len(list) > 0:
		bad = append(bad, tickets.Problem{Field: "signers", ZH: "匿名来件不能登记联名人", EN: "an anonymous contact has no signers"})
	case anonymous, who == (ticketdb.Complainant{Role: "caller"}):
	case i >= 0:
		who.Role = list[i].Role
		if who.Phone == "" {
			who.Phone = list[i].Phone
		}
		list = append([]ticketdb.Complainant{who}, slices.Delete(list, i, i+1)...)
	default:
		list = append([]ticketdb.Complainant{who}, list...)
	}
	if name := values.Get("beneficiary"); name != "" && name != who.Name {
		list = append(list, ticketdb.Complainant{Role: "beneficiary", Name: name})
	}
	return list, bad
}

// sameOrNone tells whether two phone numbers are one, or one is missing.
func sameOrNone(a, b string) bool {
	x, _ := vault.NormalisePhone(a)
	y, _ := vault.NormalisePhone(b)
	return a == "" || b == "" || x == y
}
