// Package intakedb keeps what arrived and what it became: every submission as it
// came (sealed, with its SHA-256), the nonces of signed requests, the orders of
// 12345 platforms and the events that went either way. It opens no ticket and
// takes no step on one: intake.Desk and ticketdb do. Everything here runs as a
// machine; one public method is one transaction.
package intakedb

import (
	"fmt"

	"hotline/internal/pg"
	"hotline/internal/vault"
)

// Store is intake's own tables in Postgres.
type Store struct {
	pg    *pg.DB
	vault *vault.Vault
}

// New returns the store.
func New(db *pg.DB, v *vault.Vault) *Store { return &Store{pg: db, vault: v} }

// aad binds a sealed submission to its row, as ticketdb does.
func aad(submission int64) []byte { return fmt.Appendf(nil, "submission:%d", submission) }
