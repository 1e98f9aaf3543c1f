package demo

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"hotline/internal/units"
	"hotline/internal/vault"
	"hotline/tickets"
)

func TestUnitsFormOneTreeOfFixedIDs(t *testing.T) {
	t.Parallel()
	list := Units()
	tree := units.NewTree(list)
	seen := map[int]bool{}
	for _, u := range list {
		if seen[u.ID] || u.ID >= 1000 {
			t.Errorf("unit %d %s: the id is taken or out of the demo's room", u.ID, u.Name)
		}
		seen[u.ID] = true
		if u.Parent != 0 && !strings.HasPrefix(u.Path, tree.Find(u.Parent).Path) {
			t.Errorf("%s: path %s does not stand below its parent", u.Name, u.Path)
		}
		if u.Name == "" || u.Short == "" || !u.Active {
			t.Errorf("unit %d is incomplete: %+v", u.ID, u)
		}
		if !regexp.MustCompile(`^0355-000\d{4}$`).MatchString(u.Phone) {
			t.Errorf("%s: phone %q lies outside the fake exchange", u.Name, u.Phone)
		}
	}
	for code, name := range map[string]string{"140400": "长治市民政局", "140428": "长子县民政局", "140406100": "潞城区店上镇人民政府", "140427102": "壶关县店上镇人民政府", "140428101201": "鲍店镇梨花湾村村民委员会"} {
		if u := tree.ByRegion(code); u == nil || u.Name != name {
			t.Errorf("region %s is served by %+v, want %s", code, u, name)
		}
	}
}

func TestEveryLoginOfTheContractExists(t *testing.T) {
	t.Parallel()
	allowed := regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}$`) // the CHECK of migration 0001
	have, names := map[string]bool{}, map[string]string{}
	tree := units.NewTree(Units())
	for _, a := range Accounts() {
		if have[a.Login] || !allowed.MatchString(a.Login) {
			t.Errorf("login %q is double or not allowed", a.Login)
		}
		if other := names[a.Name]; other != "" {
			t.Errorf("%s and %s are both called %s", a.Login, other, a.Name)
		}
		have[a.Login], names[a.Name] = true, a.Login
		if tree.Find(a.Unit) == nil {
			t.Errorf("%s works in unit %d, which is not there", a.Login, a.Unit)
		}
		for _, r := range a.Roles {
			if !tickets.Roles.Has(r) {
				t.Errorf("%s: no role %q", a.Login, r)
			}
		}
	}
	want := []string{"operator", "lead-city", "custodian", "auditor", "system", "security", "journal", "investigator-city", "handler2-140428"}
	for _, c := range counties()[:12] {
		for _, who := range []string{"operator-", "lead-", "handler-", "custodian-", "clerk-"} {
			want = append(want, who+c.Code)
		}
		for j := range c.Towns {
			want = append(want, "lead-"+c.townCode(j), "handler-"+c.townCode(j), "clerk-"+c.townCode(j), "clerk-"+c.villageCode(j))
		}
	}
	for _, login := range want {
		if !have[login] {
			t.Errorf("account %s is missing", login)
		}
	}
}

func TestSamplesAreCompleteAndOfReadableLength(t *testing.T) {
	t.Parallel()
	all := Samples()
	if len(all) < 90 {
		t.Errorf("%d samples, want 90 or more", len(all))
	}
	kinds, topics, book := map[string]int{}, map[string]bool{}, handbook()
	for _, s := range all {
		kinds[s.Kind]++
		text := Fill(s.Statement, 8, 1)
		if n := utf8.RuneCountInString(text); n < 60 || n > 400 || strings.ContainsAny(text, "{}") {
			t.Errorf("%s: %d characters: %s", s.Topic, n, text)
		}
		if topics[s.Topic] {
			t.Errorf("topic %s is used twice", s.Topic)
		}
		topics[s.Topic] = true
		top, _, _ := strings.Cut(s.Category, ".")
		_, inBook := book[top]
		if _, inTree := tickets.CategoryOf(s.Category); !inBook || !inTree {
			t.Errorf("%s: no category %q in the tree or the handbook", s.Topic, s.Category)
		}
		if (s.Kind == tickets.Inquiry || s.Kind == tickets.Praise || s.Kind == tickets.Suggestion) && s.Answer == "" {
			t.Errorf("%s: no answer", s.Topic)
		}
		if (s.Secrecy == tickets.Confidential) != (s.Brief != "") {
			t.Errorf("%s: exactly the confidential ones have a brief", s.Topic)
		}
		if s.Conclude != "" && (!tickets.Concluding.Has(s.Conclude) || !tickets.BasisCodes.Has(s.Basis)) {
			t.Errorf("%s: conclusion %s on basis %s is not in the words", s.Topic, s.Conclude, s.Basis)
		}
	}
	for _, k := range tickets.Kinds {
		if kinds[k.Code] < 5 {
			t.Errorf("%d samples of kind %s, want 5", kinds[k.Code], k.Code)
		}
	}
}

func TestCitizensHaveOnlyPhonesThatNobodyHolds(t *testing.T) {
	t.Parallel()
	fake := regexp.MustCompile(`^1990000\d{4}$`)
	for _, it := range append(Plan(planNow, DefaultItems), Live(planNow)...) {
		for _, c := range it.Complainants {
			if c.Phone != "" && !fake.MatchString(c.Phone) {
				t.Errorf("%s: phone %s", it.Key, c.Phone)
			}
			if c.Phone != "" {
				if _, err := vault.NormalisePhone(c.Phone); err != nil {
					t.Errorf("%s: the vault refuses %s: %v", it.Key, c.Phone, err)
				}
			}
			if c.Mail != "" && !strings.HasSuffix(c.Mail, "@demo.test") {
				t.Errorf("%s: mail %s leaves the demo", it.Key, c.Mail)
			}
			if c.Name == "" || !tickets.ComplainantRoles.Has(c.Role) {
				t.Errorf("%s: incomplete complainant %+v", it.Key, c)
			}
		}
	}
}
