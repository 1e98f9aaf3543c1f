package dutydb

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/pg"
	"hotline/tickets"
	"hotline/tickets/settingdb"
)

// Loan is a role lent to an account for a dated period.
type Loan struct {
	Account int
	Name    string // of the borrower
	Unit    int
	Role    string
	From    time.Time `db:"starts_at"`
	To      time.Time `db:"ends_at"`
	LentBy  string    // the lender's name
}

// LoanState is a loan as the history keeps it.
type LoanState struct {
	Name string    `json:"name"`
	Role string    `json:"role"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// UnitRoles are the roles that a lead may lend.
var UnitRoles = []string{tickets.RoleLead, tickets.RoleInvestigator, tickets.RoleOperator}

// Lendable are the roles that the caller may lend: security any, a lead those of a unit.
func Lendable(me pg.Me) []string {
	if me.Has(tickets.RoleSecurity) {
		return tickets.Roles.Codes()
	}
	return UnitRoles
}

// Loans lists the loans in the caller's scope that run, are to come, or ended
// within the last thirty days, the last to end first.
func (d *DB) Loans(ctx context.Context, c pg.Caller) (out []Loan, err error) {
	err = d.pg.Read(ctx, c, func(tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `SELECT r.account, p.name, a.unit, r.role, r.starts_at, r.ends_at, coalesce(l.name, '') AS lent_by
			FROM account_roles r JOIN accounts a ON a.id = r.account JOIN persons p ON p.id = a.person
			LEFT JOIN accounts b ON b.id = r.lent_by LEFT JOIN persons l ON l.id = b.person
			WHERE r.lent_by IS NOT NULL AND r.ends_at > $1::timestamptz - interval '30 days' AND (app.leads(a.unit) OR app.has('security'))
			ORDER BY r.ends_at DESC, r.account, r.role LIMIT 200`, tx.Now)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByName[Loan])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list loans: %w", err)
	}
	return out, nil
}

// Lend lends the role from l.From (now where that is past) until l.To. The right
// is checked by the database: a lead lends the roles of a unit to people of the
// own unit or below, in his own right and never to himself; security any role,
// but not two of system, security and journal to one person. Errors:
// tickets.Invalid, pg.ErrRefused, pg.ErrNotFound.
func (d *DB) Lend(ctx context.Context, c pg.Caller, l Loan, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		if l.From.Before(tx.Now) {
			l.From = tx.Now
		}
		if err := l.check(tx); err != nil {
			return err
		}
		if err := borrower(ctx, tx, &l); err != nil {
			return err
		}
		row, err := settingdb.Record(ctx, tx, settingdb.Change{Subject: settingdb.Deputy, Key: l.key(), Unit: l.Unit, After: l.state(), Why: why, Account: l.Account, Action: "role_lent"})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `SELECT app.lend($1, $2, $3, $4, $5, $6)`, l.Account, l.Role, l.From, l.To, tx.Now, row)
		switch {
		case pg.Violates(err, "loan_period"):
			return invalid("to", "代理期限不正确（最长半年）", "not a period (half a year at most)")
		case pg.Violates(err, "one_office"):
			return invalid("role", "系统、安全、审计三员不能由一人兼任", "two of system, security and journal are never in one hand")
		case pg.Violates(err, "has_role"):
			return invalid("account", "此人在这段时间已有这个岗位", "has the role in that time already")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("lend a role: %w", err)
	}
	return nil
}

func (l Loan) key() string { return fmt.Sprintf("%d/%s/%s", l.Account, l.Role, keyTime(l.From)) }

func (l Loan) state() LoanState { return LoanState{l.Name, l.Role, l.From.UTC(), l.To.UTC()} }

func (l Loan) check(tx *pg.Tx) error {
	switch {
	case !slices.Contains(Lendable(tx.Me), l.Role):
		return invalid("role", "不能出借这个岗位", "this role cannot be lent")
	case !l.To.After(l.From):
		return invalid("to", "结束须晚于开始和现在", "ends before it begins, or is past")
	case l.To.After(l.From.AddDate(0, 6, 0)):
		return invalid("to", "代理最长半年", "half a year at most")
	}
	return nil
}

// borrower finds whose account it is.
func borrower(ctx context.Context, tx *pg.Tx, l *Loan) error {
	return tx.QueryRow(ctx, `SELECT p.name, a.unit FROM accounts a JOIN persons p ON p.id = a.person WHERE a.id = $1 AND a.active AND (app.leads(a.unit) OR app.has('security'))`, l.Account).Scan(&l.Name, &l.Unit)
}

// EndLoan ends a loan now; one to come is taken back. Errors: pg.ErrNotFound
// where it is over already, pg.ErrRefused, settingdb.ErrMoved, tickets.Invalid.
func (d *DB) EndLoan(ctx context.Context, c pg.Caller, l Loan, why string) error {
	err := d.pg.Do(ctx, c, func(tx *pg.Tx) error {
		if err := borrower(ctx, tx, &l); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `SELECT ends_at FROM account_roles WHERE account = $1 AND role = $2 AND starts_at = $3 AND lent_by IS NOT NULL AND ends_at > $4`, l.Account, l.Role, l.From, tx.Now).Scan(&l.To)
		if err != nil {
			return err
		}
		var version int
		if err := tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM setting_history WHERE subject = 'deputy' AND key = $1`, l.key()).Scan(&version); err != nil {
			return err
		}
		after := l.state()
		if after.To = tx.Now.UTC(); l.From.After(tx.Now) {
			after.To = after.From
		}
		row, err := settingdb.Record(ctx, tx, settingdb.Change{Subject: settingdb.Deputy, Key: l.key(), Version: version, Unit: l.Unit, Before: l.state(), After: after, Why: why, Account: l.Account, Action: "role_returned"})
		if err != nil {
			return err
		}
		var done bool
		if err := tx.QueryRow(ctx, `SELECT app.end_loan($1, $2, $3, $4, $5)`, l.Account, l.Role, l.From, tx.Now, row).Scan(&done); err != nil {
			return err
		}
		if !done {
			return settingdb.ErrMoved
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("end a loan: %w", err)
	}
	return nil
}
