package walks

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"

	"hotline/internal/pgtest"
	"hotline/tickets"
)

// pageDoor acts through the pages, as a browser without JavaScript would: it
// reads the form that the page draws, fills what is there to be filled, and
// sends it. What the page does not offer cannot be done.
type pageDoor struct {
	people map[string]*visitor
}

func newPageDoor() door { return &pageDoor{people: map[string]*visitor{}} }

// visitor is one signed-in person's browser.
type visitor struct {
	cookies map[string]string
	since   time.Time
}

// page is what came back, after redirects.
type page struct {
	status int
	path   string
	doc    *html.Node
}

func (v *visitor) send(s *story, method, path string, form url.Values) page {
	s.Helper()
	for range 5 {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for name, value := range v.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		resp, err := s.app.Test(r, 20000)
		if err != nil {
			s.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			s.Fatal(err)
		}
		for _, k := range resp.Cookies() {
			v.cookies[k.Name] = k.Value
			if k.Value == "" {
				delete(v.cookies, k.Name)
			}
		}
		to, _, _ := strings.Cut(resp.Header.Get("Location"), "#")
		if to == "" {
			doc, err := html.Parse(strings.NewReader(string(body)))
			if err != nil {
				s.Fatal(err)
			}
			return page{resp.StatusCode, path, doc}
		}
		method, path, form = http.MethodGet, to, nil
	}
	s.Fatalf("%s leads round in circles", path)
	return page{}
}

// as is the browser of a login; who has been idle signs in again.
func (d *pageDoor) as(s *story, login string) *visitor {
	s.Helper()
	now := s.env.Clock.Now()
	if v := d.people[login]; v != nil && now.Sub(v.since) < 20*time.Minute {
		return v
	}
	v := &visitor{cookies: map[string]string{}, since: now}
	p := v.send(s, http.MethodGet, "/sign-in", nil)
	form := url.Values{"login": {login}, "password": {pgtest.Password}}
	fill(p.form("/sign-in", ""), form)
	if p = v.send(s, http.MethodPost, "/sign-in", form); p.path == "/sign-in" {
		s.Fatalf("sign in as %s: %s", login, p.text(".alarm"))
	}
	d.people[login] = v
	return v
}

// form finds the form that goes to action; where several do, the one about n
// (a request's or an allegation's number).
func (p page) form(action, n string) *html.Node {
	var found *html.Node
	walk(p.doc, func(x *html.Node) {
		if x.Data != "form" || attr(x, "action") != action || found != nil {
			return
		}
		about := ""
		walk(x, func(f *html.Node) {
			if name := attr(f, "name"); f.Data == "input" && attr(f, "type") == "hidden" && (name == "request" || name == "allegation") {
				about = attr(f, "value")
			}
		})
		if n == "" || about == "" || about == n {
			found = x
		}
	})
	return found
}

// fill adds what the form carries hidden.
func fill(form *html.Node, into url.Values) {
	if form == nil {
		return
	}
	walk(form, func(x *html.Node) {
		if x.Data == "input" && attr(x, "type") == "hidden" && !into.Has(attr(x, "name")) {
			into.Set(attr(x, "name"), attr(x, "value"))
		}
	})
}

// offers tells whether a form has a field, and a select the value.
func offers(form *html.Node, name, value string) bool {
	ok := false
	walk(form, func(x *html.Node) {
		if attr(x, "name") != name {
			return
		}
		if x.Data != "select" {
			ok = true
			return
		}
		walk(x, func(o *html.Node) { ok = ok || o.Data == "option" && attr(o, "value") == value })
	})
	return ok
}

func (d *pageDoor) register(s *story, login string, c contact) (number, code string) {
	s.Helper()
	v := d.as(s, login)
	p := v.send(s, http.MethodGet, "/desk", nil)
	form := url.Values{"kind": {c.Kind}, "channel": {c.Channel}, "statement": {c.Statement}, "place": {c.Place}, "county": {c.Region[:6]}, "name": {c.Name}, "phone": {c.Phone},
		"secrecy": {c.Secrecy}, "urgency": {c.Urgency}, "category": {c.Category}, "signers": {c.Joint}, "accused_person": {c.AccusedPerson}, "accused_post": {c.AccusedPost}, "answer": {c.Answer}}
	if len(c.Region) >= 9 {
		form.Set("township", c.Region[:9])
	}
	if len(c.Region) == 12 {
		form.Set("village", c.Region)
	}
	if c.Name == "" && c.Joint == "" {
		form.Set("naming", tickets.Anonymous)
	}
	if c.AccusedUnit != 0 {
		form.Set("accused_unit", itoa(c.AccusedUnit))
	}
	if c.Respondent != 0 {
		form.Set("respondent", itoa(c.Respondent))
	}
	fill(p.form("/desk", ""), form)
	p = v.send(s, http.MethodPost, "/desk", form)
	if p.status != http.StatusOK {
		s.Fatalf("register by %s: %d %s", login, p.status, p.text(".fault"))
	}
	saved := p.text("#saved")
	number, code = thirteen.FindString(saved), six.FindString(thirteen.ReplaceAllString(saved, " "))
	if number == "" || code == "" {
		s.Fatalf("the desk does not say number and code: %s", saved)
	}
	return number, code
}

var (
	thirteen = regexp.MustCompile(`\b\d{13}\b`)
	six      = regexp.MustCompile(`\b\d{6}\b`)
)

// take sends an action's form as the page drew it; offered is false where the
// page has no such form.
func (d *pageDoor) take(s *story, login, number string, action tickets.Action, fields tickets.Values) (p page, offered bool) {
	s.Helper()
	v := d.as(s, login)
	href := "/tickets/" + number + "/actions/" + string(action)
	n := fields.Get("request") + fields.Get("allegation")
	form := v.send(s, http.MethodGet, "/tickets/"+number, nil).form(href, n)
	if form == nil {
		return page{}, false
	}
	sent := url.Values{}
	for name, value := range fields {
		if value != "" && !offers(form, name, value) {
			s.Fatalf("%s by %s: the form offers no %s=%s", action, login, name, value)
		}
		sent.Set(name, value)
	}
	fill(form, sent)
	return v.send(s, http.MethodPost, href, sent), true
}

func (d *pageDoor) does(s *story, login, number string, action tickets.Action, fields tickets.Values) {
	s.Helper()
	p, offered := d.take(s, login, number, action, fields)
	if !offered {
		s.Fatalf("the page of %s offers %s no %s", number, login, action)
	}
	if p.status != http.StatusOK {
		s.Fatalf("%s by %s: %d %s %s", action, login, p.status, p.text(".alarm"), p.text(".fault"))
	}
}

// refused is also what the page does not offer at all.
func (d *pageDoor) refused(s *story, login, number string, action tickets.Action, fields tickets.Values) string {
	s.Helper()
	v := d.as(s, login)
	href := "/tickets/" + number + "/actions/" + string(action)
	seen := v.send(s, http.MethodGet, "/tickets/"+number, nil)
	form := seen.form(href, fields.Get("request")+fields.Get("allegation"))
	sent := url.Values{}
	for name, value := range fields {
		sent.Set(name, value)
	}
	if form == nil { // somebody sends it all the same
		form = seen.form("/sign-out", "")
		sent.Set("version", itoa(s.view(number).Version))
	}
	fill(form, sent)
	p := v.send(s, http.MethodPost, href, sent)
	if p.status/100 == 2 {
		s.Fatalf("%s by %s is allowed", action, login)
	}
	return p.text("main") + p.text("body")
}

func (d *pageDoor) sees(s *story, login, number string) bool {
	s.Helper()
	p := d.as(s, login).send(s, http.MethodGet, "/tickets/"+number, nil)
	if p.status != http.StatusOK && p.status != http.StatusNotFound {
		s.Errorf("%s looks at %s: %d", login, number, p.status)
	}
	return p.status == http.StatusOK
}

// text is the text of all that fits tag, .class or #id.
func (p page) text(selector string) string {
	var b strings.Builder
	walk(p.doc, func(x *html.Node) {
		fits := x.Type == html.ElementNode && (x.Data == selector || "#"+attr(x, "id") == selector || strings.Contains(" "+attr(x, "class")+" ", " "+strings.TrimPrefix(selector, ".")+" "))
		if !fits {
			return
		}
		walk(x, func(t *html.Node) {
			if t.Type == html.TextNode {
				b.WriteString(t.Data + " ")
			}
		})
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		walk(k, visit)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
