package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// ErrNotInstalled says that a program is missing on this machine. The text
// of the wrapping error says how to install it.
var ErrNotInstalled = errors.New("not installed")

// program is one installed Postgres.
type program struct {
	bin   string // folder of initdb and postgres
	major string // "15"
}

// bins lists where a Postgres may be installed, best first: PATH, the
// versions of Debian and Ubuntu, those of Homebrew; newest before older.
func bins(path string) []string {
	dirs := filepath.SplitList(path)
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	} {
		found, _ := filepath.Glob(pattern) // errs only on a bad pattern
		slices.SortFunc(found, func(a, b string) int { return number(b) - number(a) })
		dirs = append(dirs, found...)
	}
	return dirs
}

// number is the first whole number in a path, 0 without one.
func number(path string) int {
	digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[0])
	return n
}

// findPostgres picks the Postgres to use: the first of bins that has initdb
// and postgres, or, where data exist, the first of the version that wrote
// them, since no other can read them. Wraps ErrNotInstalled.
func findPostgres(dirs []string, wrote string) (program, error) {
	var others []string
	for _, dir := range dirs {
		p, ok := programIn(dir)
		switch {
		case !ok:
		case wrote == "" || p.major == wrote:
			return p, nil
		default:
			others = append(others, p.major)
		}
	}
	if len(others) > 0 {
		return program{}, fmt.Errorf("the data were written by Postgres %s and only %s is here; %s: %w",
			wrote, strings.Join(others, ", "), howToInstall("postgresql-"+wrote, "postgresql@"+wrote), ErrNotInstalled)
	}
	return program{}, fmt.Errorf("no initdb and postgres on PATH, in /usr/lib/postgresql/*/bin or Homebrew; %s: %w",
		howToInstall("postgresql", "postgresql@17"), ErrNotInstalled)
}

// programIn looks for a whole Postgres in dir and asks for its version.
func programIn(dir string) (program, bool) {
	for _, name := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return program{}, false
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return program{}, false
	}
	_, version, _ := strings.Cut(string(out), ") ") // "postgres (PostgreSQL) 15.12 (Debian …)"
	return program{bin: dir, major: strconv.Itoa(number(version))}, true
}

// wroteBy is the major version that made the data, "" where there are none.
func wroteBy(data string) (string, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(text)), err
}

// howToInstall names the command that installs a package.
func howToInstall(apt, brew string) string {
	if runtime.GOOS == "darwin" {
		return "run: brew install " + brew
	}
	return "run: apt-get install " + apt
}
