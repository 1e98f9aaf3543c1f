package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// unitPrefixCommand sets what a unit's document numbers (文号) begin with.
type unitPrefixCommand struct {
	Unit   int    `help:"Id of the unit." required:""`
	Prefix string `help:"Such as 长民; empty: made from the unit's name again."`
}

// Run sets it; documents issued before keep their numbers.
func (u *unitPrefixCommand) Run(ctx context.Context, c Config, log *slog.Logger, w io.Writer) error {
	s, err := openStores(ctx, c, log, false)
	if err != nil {
		return err
	}
	defer s.close()
	name, err := u.set(ctx, s.ownerURL)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d %s %s\n", u.Unit, name, u.Prefix)
	return err
}

// set writes it as the owner and returns the unit's name.
func (u *unitPrefixCommand) set(ctx context.Context, ownerURL string) (name string, err error) {
	if !utf8.ValidString(u.Prefix) || utf8.RuneCountInString(u.Prefix) > 20 || strings.ContainsFunc(u.Prefix, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "", errors.New("--prefix is at most 20 characters, without spaces")
	}
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return "", fmt.Errorf("connect as owner: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = conn.QueryRow(ctx, `UPDATE units SET document_prefix = $2 WHERE id = $1 RETURNING name`, u.Unit, u.Prefix).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("--unit %d is no unit", u.Unit)
	}
	if err != nil {
		return "", fmt.Errorf("set the prefix: %w", err)
	}
	return name, nil
}
