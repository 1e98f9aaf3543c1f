package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// longestSocket is the room for a socket's path in bytes: 107 on Linux,
// 103 on macOS.
const longestSocket = 103

// place is where one private Postgres lives, and who runs it.
type place struct {
	dir     string // holds everything below; owned by who
	data    string // the cluster
	sockets string // folder of the Unix socket
	who     account
}

func (p place) lock() string       { return filepath.Join(p.dir, "owner.lock") }
func (p place) password() string   { return filepath.Join(p.dir, "owner.password") }
func (p place) log() string        { return filepath.Join(p.dir, "server.log") }
func (p place) pidFile() string    { return filepath.Join(p.data, "postmaster.pid") }
func (p place) socketLock() string { return filepath.Join(p.sockets, ".s.PGSQL."+port+".lock") }

// settle makes the folders for dir, or, where the server's user cannot get
// to dir, for a folder of its own named after dir, and says so in the log.
func settle(dir string, log *slog.Logger) (place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	p, ok, err := settleIn(abs)
	if err != nil || ok {
		return p, err
	}
	other := filepath.Join(elsewhere(), "hotline-"+short(abs), "pg")
	log.Warn("the database's user cannot enter the data folder; its data are elsewhere", "wanted", abs, "used", other)
	p, ok, err = settleIn(other)
	if err == nil && !ok {
		err = fmt.Errorf("the user who runs Postgres can enter neither %s nor %s: choose a data folder outside private folders", abs, other)
	}
	return p, err
}

// settleIn makes dir and what it needs; ok is false when the server's user
// cannot get there.
func settleIn(dir string) (p place, ok bool, err error) {
	err = os.MkdirAll(dir, 0o755)
	if err != nil {
		return place{}, false, err
	}
	dir, err = filepath.EvalSymlinks(dir)
	if err != nil {
		return place{}, false, err
	}
	p = place{dir: dir, data: filepath.Join(dir, "data")}
	p.who, err = accountFor(dir)
	if err != nil {
		return place{}, false, err
	}
	if !p.who.reaches(filepath.Dir(dir)) {
		return place{}, false, nil
	}
	err = private(dir, p.who)
	if err != nil {
		return place{}, false, err
	}
	p.sockets, err = socketFolder(dir, p.who)
	return p, err == nil, err
}

// elsewhere is where data go that the server's user could not reach: they
// must survive a restart of the machine, so the temporary folder comes last.
func elsewhere() string {
	info, err := os.Stat("/var/lib")
	if err == nil && info.IsDir() {
		return "/var/lib"
	}
	return os.TempDir()
}

// socketFolder is dir/socket, or, where that path is too long for a socket,
// a folder in the temporary folder named after dir.
func socketFolder(dir string, who account) (string, error) {
	const name = "/.s.PGSQL." + port
	for _, s := range []string{
		filepath.Join(dir, "socket"),
		filepath.Join(os.TempDir(), "hotline-"+short(dir)),
		filepath.Join("/tmp", "hotline-"+short(dir)),
	} {
		if len(s)+len(name) > longestSocket || !who.reaches(filepath.Dir(s)) {
			continue
		}
		return s, private(s, who)
	}
	return "", fmt.Errorf("no folder for a socket: the paths of %s and of the temporary folder are too long", dir)
}

// private makes dir a folder only the account can enter. In the temporary
// folder somebody else may have made it first: that is refused.
func private(dir string, who account) error {
	err := os.Mkdir(dir, 0o700)
	made := err == nil
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is in the way: it is no folder", dir)
	}
	uid, _, err := ownerOf(dir)
	if err != nil {
		return err
	}
	if !made && uid != who.uid && uid != os.Geteuid() {
		return fmt.Errorf("%s belongs to user %d, not to the user who runs Postgres (%d): remove it or choose another folder", dir, uid, who.uid)
	}
	err = who.give(dir)
	if err != nil {
		return err
	}
	return os.Chmod(dir, 0o700)
}

// short is a name of 12 characters for a path.
func short(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:6])
}
