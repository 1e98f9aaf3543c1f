// Package workday knows which dates are worked in China, and during which
// hours an office is open.
//
// It owns the calendars built from the State Council's yearly notices (days
// off, make-up working days), the rule for years without a notice, and office
// hours with their seasons. It is pure: it reads no clock, no database and no
// network, and every value it hands out is immutable. The deadline engine
// counts with it; the settings pages import years into it; a database table
// keeps each calendar version as JSON.
//
// A date is worked when the notice lists it as a make-up day, off when the
// notice lists it as off, and otherwise worked from Monday to Friday. A year
// without a notice is provisional: weekends and the statutory days only.
package workday
