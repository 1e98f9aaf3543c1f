package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Owner is the superuser of the private cluster.
const Owner = "hotline_owner"

// create makes the cluster if there is none yet. It is made beside its place
// and moved there when whole, so that a start killed half way leaves nothing
// the next one trips over. The caller holds the owner's lock.
func create(p place, prog program, cfg PostgresConfig) error {
	_, err := os.Stat(filepath.Join(p.data, "PG_VERSION"))
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	fresh := filepath.Join(p.dir, "data.new")
	err = os.RemoveAll(fresh)
	if err != nil {
		return err
	}
	err = keepPassword(p, cfg.Password)
	if err != nil {
		return err
	}
	out, err := initdb(p, prog, fresh, "C.UTF-8", cfg.Fast)
	if err != nil && strings.Contains(out, "locale") {
		_ = os.RemoveAll(fresh) // initdb cleans up itself; a rest shows below
		out, err = initdb(p, prog, fresh, "C", cfg.Fast)
	}
	if err != nil {
		return fmt.Errorf("make the database in %s: %w\n%s", p.data, err, out)
	}
	return os.Rename(fresh, p.data)
}

// initdb runs the program of that name: UTF-8, text sorted by bytes
// (so that LIKE and ranges of paths use indexes), letters known by ctype.
func initdb(p place, prog program, data, ctype string, fast bool) (string, error) {
	if runtime.GOOS == "darwin" && ctype == "C.UTF-8" {
		ctype = "UTF-8"
	}
	args := []string{
		"--pgdata=" + data, "--username=" + Owner, "--pwfile=" + p.password(), "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C", "--lc-ctype=" + ctype,
	}
	if fast {
		args = append(args, "--no-sync")
	} else {
		args = append(args, "--data-checksums")
	}
	out, err := p.who.command(filepath.Join(prog.bin, "initdb"), args...).CombinedOutput()
	return string(out), err
}

// keepPassword writes the superuser's password, the given one or a random
// one, where only the server's user (and root) can read it. It is written
// once, with the cluster, and is the truth from then on.
func keepPassword(p place, password string) error {
	if password == "" {
		password = secret()
	}
	if strings.ContainsAny(password, "\r\n") {
		return errors.New("the password of the private Postgres must be one line")
	}
	err := os.WriteFile(p.password(), []byte(password+"\n"), 0o600)
	if err != nil {
		return err
	}
	return p.who.give(p.password())
}

// readPassword returns what keepPassword wrote.
func readPassword(p place) (string, error) {
	text, err := os.ReadFile(p.password())
	if err != nil {
		return "", fmt.Errorf("password of the private Postgres: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
