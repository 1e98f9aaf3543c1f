package demo

import (
	"fmt"

	"hotline/internal/units"
)

// The ids of the units above and beside the counties. All ids of the demo stay
// below 1000, where the database's own sequence starts.
const (
	CityID       = 1
	AuditorID    = 2
	DisciplineID = 3
)

// Each county owns twenty ids: its bureau first, then the offsets below. What
// is unused is room for units added later.
const (
	perCounty     = 20
	sectionOffset = 1 // 社会救助股, 社会事务股, 儿童福利股: 1 to 3
	financeOffset = 4
	townOffset    = 5 // 5 and 6
	villageOffset = 9 // 9 and 10
)

// countyID is the id of the i-th county's bureau, i from 0.
func countyID(i int) int { return (i + 1) * perCounty }

func townID(i, j int) int { return countyID(i) + townOffset + j }

func villageID(i, j int) int { return countyID(i) + villageOffset + j }

// desks are the phone numbers of the demo: the exchange 000 is never assigned.
func desk(id int) string { return fmt.Sprintf("0355-000%04d", id) }

func night(id int) string { return fmt.Sprintf("0355-0009%03d", id) }

// Units lists the demo city's offices, parents before children. Ids and paths
// are fixed: the same office has the same id in every demo.
func Units() []units.Unit {
	city := units.Unit{ID: CityID, Path: "/1/", Kind: units.City, Name: "长治市民政局", Short: "市民政局", Region: "140400",
		Aliases: []string{"长治市", "市局"}, RunsDesk: true, Phone: desk(CityID), NightPhone: night(CityID), Active: true}
	out := []units.Unit{city,
		child(city, units.Unit{ID: AuditorID, Kind: units.Auditor, Name: "明衡社会评估中心（第三方）", Short: "明衡评估"}),
		child(city, units.Unit{ID: DisciplineID, Kind: units.Discipline, Name: "驻长治市民政局纪检监察组", Short: "驻局纪检组"}),
	}
	for i, c := range counties() {
		out = append(out, countyUnits(city, i, c)...)
	}
	return out
}

// child completes a unit that stands directly below parent.
func child(parent, u units.Unit) units.Unit {
	u.Parent, u.Active = parent.ID, true
	u.Path = fmt.Sprintf("%s%d/", parent.Path, u.ID)
	u.Phone = desk(u.ID)
	return u
}

func countyUnits(city units.Unit, i int, c county) []units.Unit {
	id := countyID(i)
	bureau := child(city, units.Unit{ID: id, Kind: units.County, Name: c.Bureau, Short: c.Short, Region: c.Code,
		Aliases: append([]string{c.Name}, c.Aliases...), RunsDesk: c.Code != "", NightPhone: night(id)})
	out := []units.Unit{bureau}
	if c.Code == "" {
		return out
	}
	for k, name := range []string{"社会救助股", "社会事务股", "儿童福利股"} {
		out = append(out, child(bureau, units.Unit{ID: id + sectionOffset + k, Kind: units.Section, Name: c.Bureau + name, Short: name}))
	}
	out = append(out, child(bureau, units.Unit{ID: id + financeOffset, Kind: units.CoHandler, Name: c.Name + "财政局", Short: c.Short + "财政"}))
	for j, t := range c.Towns {
		office := child(bureau, units.Unit{ID: townID(i, j), Kind: units.Township, Name: c.Name + t.Name + "人民政府", Short: t.Name,
			Region: c.townCode(j), Aliases: []string{t.Name}})
		village := child(office, units.Unit{ID: villageID(i, j), Kind: units.Village, Name: t.Name + t.Village + "村民委员会", Short: t.Village,
			Region: c.villageCode(j), Aliases: []string{t.Village}})
		out = append(out, office, village)
	}
	return out
}
