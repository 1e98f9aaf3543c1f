package embedded

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPostgresRunsInAPathTooLongForASocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(filepath.Dir(folder(t)), strings.Repeat("民政局-", 12), "热线 desk")
	p := start(t, dir)
	t.Cleanup(func() { _ = os.RemoveAll(p.place.sockets) })
	ask(t, p.URL(), keep)
	wantKept(t, p)
	if len(p.place.sockets) > longestSocket || strings.HasPrefix(p.place.sockets, dir) {
		t.Errorf("the socket is in %s", p.place.sockets)
	}
}

// Root may keep the desk in a folder that only root can enter; a plain user
// has no such trouble.
func TestPostgresOfRootAvoidsPrivateFolders(t *testing.T) {
	t.Parallel()
	closed := folder(t)
	err := os.Mkdir(closed, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	dir := filepath.Join(closed, "pg")
	p := start(t, dir, func(c *PostgresConfig) { c.Logger = slog.New(slog.NewTextHandler(&said, nil)) })
	root := os.Geteuid() == 0
	if root {
		t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(p.Folder())) })
	}
	ask(t, p.URL(), keep)
	if moved := p.Folder() != dir; moved != root {
		t.Errorf("data are in %s, wanted %s, root %t", p.Folder(), dir, root)
	}
	if root && !strings.Contains(said.String(), p.Folder()) {
		t.Errorf("the log does not say where the data are: %s", said.String())
	}
	stop(t, p)
	again := start(t, dir)
	wantKept(t, again)
}

func TestPrivateRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	err := os.WriteFile(file, nil, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	err = os.Symlink(t.TempDir(), link)
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a file": file, "a link": link} {
		err := private(path, account{uid: os.Geteuid()})
		if err == nil {
			t.Errorf("%s is taken for a folder of ours", name)
		}
	}
}

func TestFindPostgresSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	have := fakePostgres(t, "16.4")
	cases := []struct {
		name, wrote, want string
		dirs              []string
	}{
		{"none at all", "", "apt-get install postgresql", []string{t.TempDir()}},
		{"only another version than the data's", "14", "written by Postgres 14 and only 16 is here", []string{have}},
	}
	for _, c := range cases {
		_, err := findPostgres(c.dirs, c.wrote)
		if !errors.Is(err, ErrNotInstalled) {
			t.Errorf("%s: got %v, want ErrNotInstalled", c.name, err)
			continue
		}
		words := strings.ReplaceAll(err.Error(), "brew install postgresql@17", "apt-get install postgresql")
		if !strings.Contains(words, c.want) {
			t.Errorf("%s: got %q, want %q in it", c.name, words, c.want)
		}
	}
}

func TestFindPostgresTakesTheVersionOfTheData(t *testing.T) {
	t.Parallel()
	dirs := []string{t.TempDir(), fakePostgres(t, "17.1"), fakePostgres(t, "15.9")}
	for wrote, want := range map[string]string{"": "17", "15": "15", "17": "17"} {
		got, err := findPostgres(dirs, wrote)
		if err != nil || got.major != want {
			t.Errorf("data of %q: got %q, %v, want %s", wrote, got.major, err, want)
		}
	}
}

// fakePostgres makes a folder with programs that only tell their version.
func fakePostgres(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + " (Debian 1)'\n"
	for _, name := range []string{"initdb", "postgres"} {
		err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700)
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
