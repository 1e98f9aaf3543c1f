package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

var tpsLine = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench runs the reference for one slice and reports its transactions a second.
func (r *reference) pgbench(b *testing.B, clients int) float64 {
	b.Helper()
	cmd := exec.Command(r.bin, "-n", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", strconv.Itoa(min(2, clients)), "-T", fmt.Sprint(int(benchSlice.Seconds())), "-f", r.script, r.dsn)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v\n%s", err, out)
	}
	m := tpsLine.FindSubmatch(out)
	if m == nil {
		b.Fatalf("pgbench said:\n%s", out)
	}
	tps, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return tps
}
