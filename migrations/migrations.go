// Package migrations holds the numbered SQL that builds the database. It is
// forward only: a merged file is never edited, the next one corrects it.
package migrations

import "embed"

// Files are the migrations, run in the order of their numbers.
//
//go:embed *.sql
var Files embed.FS
