package paper

import (
	"fmt"
	"strings"
	"time"

	"hotline/internal/units"
)

// Prefix is the beginning of a unit's document numbers where the unit has set
// none: 长民 of the city bureau, 长子民 of a county's, 长子石哲 of a township.
func Prefix(tree *units.Tree, unit int) string {
	u := tree.Find(unit)
	if u == nil {
		return "民"
	}
	place := strings.TrimSuffix(u.Name, "民政局")
	switch u.Kind {
	case units.City:
		return string([]rune(place)[:1]) + "民"
	case units.County:
		return stem(place) + "民"
	}
	short := stem(u.Short)
	if county := tree.Ancestor(unit, units.County); county != nil {
		return stem(strings.TrimSuffix(county.Name, "民政局")) + short
	}
	return short
}

// stem is a place's name without its rank: 长子 of 长子县, 石哲 of 石哲镇.
func stem(place string) string {
	for _, rank := range []string{"街道办事处", "街道", "县", "区", "市", "镇", "乡", "村", "社区"} {
		if s := strings.TrimSuffix(place, rank); s != place && len([]rune(s)) >= 2 {
			return s
		}
	}
	return place
}

// Number is a 文号: prefix, the kind's mark, year and serial of the unit.
func (k Kind) Number(prefix string, year, serial int) string {
	return fmt.Sprintf("%s%s〔%d〕%d号", prefix, k.Mark, year, serial)
}

// Year is the year a document is numbered in, by the city's time.
func Year(now time.Time) int { return now.In(zone).Year() }
