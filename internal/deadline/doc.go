// Package deadline computes due times: when a duty must be done, why then,
// how much time is left, and when its warning cards fall.
//
// It owns the rules (rules.go is the one list of defaults), the arithmetic of
// working days, calendar days, office hours and clock hours with pauses and
// extensions, and the day-by-day explanation of every result. It is pure: it
// reads no clock and no database, and knows tickets and the roster only as
// words in a rule's conditions. The packages that store deadlines call it;
// auditors call it again with the same inputs and must get the same answer.
//
// # How time is counted
//
// The start day is not counted. Periods are half open: a duty is met when its
// meeting event is earlier than the due moment. A limit in working or calendar
// days ends at 24:00 of its last day, so Due.At is the following midnight in
// workday.Zone and Due.Date is the last day, the one to show. "By the 20th" is
// due at 00:00 of the 21st. Hours run in office time or on the wall clock, as
// the rule says.
//
// # Pauses
//
// A pause moves the due time by the paused span in the rule's own measure. For
// day limits, a day that a pause touches does not count; a pause that lies in
// the start day only moves nothing. For hour limits, the paused moments do not
// count. A fixed day of the month is never moved. A pause without an end is
// still running: Due.Paused is set, At is computed without it, and the due
// time must be computed again when the pause ends.
package deadline
