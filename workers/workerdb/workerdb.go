// Package workerdb is the SQL of the workers that belongs to no single ticket:
// the search text, notifications, housekeeping. It comes in as the machines'
// login. Whatever changes a ticket or its journal is ticketdb's. One public
// method is one transaction.
package workerdb

import "hotline/internal/pg"

// DB is the workers' side of the database.
type DB struct{ pg *pg.DB }

// New returns the workers' DB.
func New(db *pg.DB) *DB { return &DB{pg: db} }
