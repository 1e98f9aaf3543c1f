package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hotline/internal/units"
	"hotline/internal/units/unitdb"
	"hotline/internal/vault"
	"hotline/tickets"
)

// unitAddCommand adds one unit to the tree.
type unitAddCommand struct {
	Kind   string   `help:"city, county, section, township, village, cohandler, auditor or discipline." required:"" enum:"city,county,section,township,village,cohandler,auditor,discipline"`
	Name   string   `help:"Full name, as documents show it." required:""`
	Short  string   `help:"Short name; the full one where empty."`
	Parent int      `help:"Id of the unit above; 0 for the city."`
	Region string   `help:"GB/T 2260 code of 6, 9 or 12 digits, where the unit has one."`
	Alias  []string `help:"Other names people use for it."`
	Phone  string   `help:"Its desk's number."`
	Night  string   `help:"Its night number."`
	Desk   bool     `help:"It registers contacts itself."`
}

// Run adds the unit and prints its id.
func (u *unitAddCommand) Run(ctx context.Context, c Config, log *slog.Logger, w io.Writer) error {
	s, err := openStores(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer s.close()
	tree, err := unitdb.Load(ctx, s.pg)
	if err != nil {
		return err
	}
	unit, err := u.place(ctx, tree, s.ownerURL)
	if err != nil {
		return err
	}
	if err := unitdb.Seed(ctx, s.ownerURL, []units.Unit{unit}, nil, time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d %s %s\n", unit.ID, unit.Path, unit.Name)
	return err
}

// place finds the unit's place in the tree: the city is number 1, every other
// stands below its parent.
func (u *unitAddCommand) place(ctx context.Context, tree *units.Tree, ownerURL string) (units.Unit, error) {
	unit := units.Unit{Kind: u.Kind, Name: u.Name, Short: u.Short, Parent: u.Parent, Region: u.Region, Aliases: u.Alias, Phone: u.Phone, NightPhone: u.Night, RunsDesk: u.Desk, Active: true}
	if unit.Short == "" {
		unit.Short = unit.Name
	}
	if u.Kind == units.City {
		if tree.Root() != nil {
			return unit, errors.New("there is a city already")
		}
		unit.ID, unit.Path = 1, "/1/"
		return unit, nil
	}
	parent := tree.Find(u.Parent)
	if parent == nil {
		return unit, fmt.Errorf("--parent %d is no unit", u.Parent)
	}
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return unit, fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := conn.QueryRow(ctx, `SELECT nextval('units_id')`).Scan(&unit.ID); err != nil {
		return unit, fmt.Errorf("unit id: %w", err)
	}
	unit.Path = fmt.Sprintf("%s%d/", parent.Path, unit.ID)
	return unit, nil
}

// accountAddCommand adds a person with an account.
type accountAddCommand struct {
	Login string   `help:"What the person signs in with." required:""`
	Name  string   `help:"The person's name." required:""`
	Unit  int      `help:"Id of the unit." required:""`
	Role  []string `help:"operator, investigator, lead, custodian, clerk, auditor, system, security or journal; may be given more than once." required:""`
}

// Run reads the password from standard input, checks it and adds the account.
func (a *accountAddCommand) Run(ctx context.Context, c Config, log *slog.Logger, w io.Writer) error {
	if err := a.check(); err != nil {
		return err
	}
	fmt.Fprintln(w, "password (one line on standard input):")
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read password: %w", err)
	}
	password := strings.TrimRight(line, "\r\n")
	if err := vault.CheckPassword(password, a.Login, a.Name); err != nil {
		return err
	}
	hash, err := vault.NewHasher(1).Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("password: %w", err)
	}
	s, err := openStores(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer s.close()
	tree, err := unitdb.Load(ctx, s.pg)
	if err != nil {
		return err
	}
	if tree.Find(a.Unit) == nil {
		return fmt.Errorf("--unit %d is no unit", a.Unit)
	}
	account := unitdb.Account{Login: a.Login, Name: a.Name, Unit: a.Unit, Roles: a.Role, PasswordHash: hash}
	if err := unitdb.Seed(ctx, s.ownerURL, nil, []unitdb.Account{account}, time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s may sign in\n", a.Login)
	return err
}

// check refuses unknown roles, and administrators who would also handle tickets
// (三员: never two of them in one account, none sees statements).
func (a *accountAddCommand) check() error {
	administrators := 0
	for _, r := range a.Role {
		if !tickets.Roles.Has(r) || r == tickets.RoleMachine || r == tickets.RolePlatform {
			return fmt.Errorf("--role %s is no role", r)
		}
		if r == tickets.RoleSystem || r == tickets.RoleSecurity || r == tickets.RoleJournal {
			administrators++
		}
	}
	if administrators > 1 || administrators == 1 && len(a.Role) > 1 {
		return errors.New("an administrator's account holds that one role and no other")
	}
	return nil
}
