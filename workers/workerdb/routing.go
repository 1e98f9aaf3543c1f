package workerdb

import (
	"context"

	"hotline/tickets/settingdb"
)

// Routing reads what an administrator tells routing, and who is on duty.
func (d *DB) Routing(ctx context.Context) (settingdb.Routing, error) {
	return settingdb.ReadRouting(ctx, d.pg, d.pg.Now())
}
