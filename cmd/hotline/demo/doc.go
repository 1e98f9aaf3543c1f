// Package demo is the content of the demo city: its units, its people, the
// statements citizens bring, and a plan of tickets over the last ninety days.
// It is data and pure functions: it knows no SQL, queue or network and reads no
// clock. The command loads it through the product's own transactions, so that
// the demo stands exactly as if people had worked there.
//
// Counties and townships carry their public names and codes. Villages, people,
// phones and every matter are invented.
package demo
