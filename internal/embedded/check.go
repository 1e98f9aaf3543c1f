package embedded

import (
	"errors"
	"os"
	"os/exec"
)

// Check says in words what is missing on this machine to run a private
// Postgres and Redis from dir: nothing missing, nothing said. Missing means
// that a start would fail; notes are what a start would do without.
func Check(dir string) (missing, notes []string) {
	wrote, err := wroteBy(dir + "/data")
	if err != nil && !errors.Is(err, os.ErrPermission) {
		missing = append(missing, err.Error())
	}
	_, err = findPostgres(bins(os.Getenv("PATH")), wrote)
	if err != nil {
		missing = append(missing, "Postgres: "+err.Error())
	}
	if os.Geteuid() == 0 {
		_, err = spareAccount()
		if err != nil {
			missing = append(missing, err.Error())
		}
	}
	_, err = exec.LookPath("redis-server")
	if err != nil {
		notes = append(notes, "redis-server: not installed, the slower one inside the program is used; "+howToInstall("redis-server", "redis"))
	}
	return missing, notes
}
