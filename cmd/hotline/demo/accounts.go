package demo

import "hotline/tickets"

// Password opens every account of the demo.
const Password = "Hotline-demo-1"

// Account is one sign-in of the demo. Every account is another person.
type Account struct {
	Login string
	Name  string
	Unit  int
	Roles []string
}

// Accounts lists everybody who works in the demo city: the city's desk and
// administrators, then county by county the bureau, its townships and villages.
// The logins are part of the contract of the API and stay as they are.
func Accounts() []Account {
	city := []struct{ login, role string }{
		{"operator", tickets.RoleOperator}, {"lead-city", tickets.RoleLead}, {"deputy-city", tickets.RoleLead},
		{"investigator-city", tickets.RoleInvestigator}, {"custodian", tickets.RoleCustodian},
		{"system", tickets.RoleSystem}, {"security", tickets.RoleSecurity}, {"journal", tickets.RoleJournal},
	}
	var out []Account
	add := func(login string, unit int, role string) {
		out = append(out, Account{Login: login, Name: personName(len(out)), Unit: unit, Roles: []string{role}})
	}
	for _, a := range city {
		add(a.login, CityID, a.role)
	}
	add("auditor", AuditorID, tickets.RoleAuditor)
	for i, c := range counties() {
		addCounty(add, i, c)
	}
	return out
}

func addCounty(add func(login string, unit int, role string), i int, c county) {
	id := countyID(i)
	if c.Code == "" {
		add("lead-"+c.Slug, id, tickets.RoleLead)
		add("handler-"+c.Slug, id, tickets.RoleInvestigator)
		return
	}
	add("operator-"+c.Code, id, tickets.RoleOperator)
	add("lead-"+c.Code, id, tickets.RoleLead)
	add("deputy-"+c.Code, id, tickets.RoleLead)
	add("handler-"+c.Code, id, tickets.RoleInvestigator)
	add("handler2-"+c.Code, id, tickets.RoleInvestigator)
	add("custodian-"+c.Code, id, tickets.RoleCustodian)
	add("clerk-"+c.Code, id, tickets.RoleClerk)
	for j := range c.Towns {
		t := c.townCode(j)
		add("lead-"+t, townID(i, j), tickets.RoleLead)
		add("handler-"+t, townID(i, j), tickets.RoleInvestigator)
		add("clerk-"+t, townID(i, j), tickets.RoleClerk)
		add("clerk-"+c.villageCode(j), villageID(i, j), tickets.RoleClerk)
	}
}

// personName is the n-th invented name, of neutral characters. No two of the
// staff share one.
func personName(n int) string {
	surnames := []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
	first := []rune("文志永春秀玉建国海明晓丽红梅俊峰雪云青松")
	second := []rune("平华英兰生芳民荣军霞林强琴勇娟清宁安康和")
	s := surnames[n%len(surnames)]
	k := n/len(surnames)*7 + n
	return string([]rune{s, first[k%len(first)], second[(k/len(first)*3+n*7)%len(second)]})
}
