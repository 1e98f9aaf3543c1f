package main

import (
	"context"
	"strings"
	"testing"
)

func TestAUnitsPrefixIsSetByCommand(t *testing.T) {
	d := startDesk(t, options{web: true})
	ctx := context.Background()
	name, err := (&unitPrefixCommand{Unit: 1, Prefix: "长民"}).set(ctx, d.s.ownerURL)
	if err != nil || name == "" {
		t.Fatalf("set: %q, %v", name, err)
	}
	var got string
	if err := d.s.pg.Machines().QueryRow(ctx, `SELECT document_prefix FROM units WHERE id = 1`).Scan(&got); err != nil || got != "长民" {
		t.Errorf("the prefix is %q: %v", got, err)
	}
	for what, u := range map[string]unitPrefixCommand{
		"no unit": {Unit: 99999, Prefix: "x"}, "a space": {Unit: 1, Prefix: "长 民"}, "too long": {Unit: 1, Prefix: strings.Repeat("长", 21)}, "no text": {Unit: 1, Prefix: "\xff"}, "a control": {Unit: 1, Prefix: "a\x00"},
	} {
		if _, err := u.set(ctx, d.s.ownerURL); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}
