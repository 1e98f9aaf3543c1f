package workday

import (
	"embed"
	"fmt"
	"sync"
)

//go:embed data/*.json
var data embed.FS

// builtinCalendar reads the embedded years once.
var builtinCalendar = sync.OnceValue(func() *Calendar {
	c, err := readEmbedded()
	if err != nil {
		panic(err) // the binary itself is broken
	}
	return c
})

// Builtin returns the calendar shipped with the program: the notices of 2024,
// 2025 and 2026, and 2027 by the statute alone, which is provisional.
func Builtin() *Calendar { return builtinCalendar() }

func readEmbedded() (*Calendar, error) {
	entries, err := data.ReadDir("data")
	if err != nil {
		return nil, fmt.Errorf("workday: list embedded years: %w", err)
	}
	var years []Year
	for _, e := range entries {
		b, err := data.ReadFile("data/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("workday: read %s: %w", e.Name(), err)
		}
		y, err := ParseYear(b)
		if err != nil {
			return nil, fmt.Errorf("workday: %s: %w", e.Name(), err)
		}
		years = append(years, y)
	}
	return NewCalendar(years...)
}
