package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the user the database server runs as. Postgres refuses to run
// as root, so a desk started by root runs it as somebody else.
type account struct {
	uid, gid int
	change   bool // this process is root and must become that user
}

// accountFor returns who must run the server in dir: this user, or, for
// root, whoever owns dir already, else postgres, else nobody. The error says
// in words why there is nobody.
func accountFor(dir string) (account, error) {
	uid, gid, err := ownerOf(dir)
	if err != nil {
		return account{}, err
	}
	me := os.Geteuid()
	switch {
	case me != 0 && uid != me:
		return account{}, fmt.Errorf("%s belongs to user %d, and this is user %d: start as the user who made it, or choose another folder", dir, uid, me)
	case me != 0:
		return account{uid: me, gid: os.Getegid()}, nil
	case uid != 0:
		return account{uid: uid, gid: gid, change: true}, nil
	}
	return spareAccount()
}

// spareAccount is a user that root can run a server as.
func spareAccount() (account, error) {
	for _, name := range []string{"postgres", "nobody"} {
		who, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.Atoi(who.Uid)
		gid, errGID := strconv.Atoi(who.Gid)
		if errUID == nil && errGID == nil {
			return account{uid: uid, gid: gid, change: true}, nil
		}
	}
	return account{}, errors.New("Postgres does not run as root, and there is neither a user postgres nor a user nobody: start as another user")
}

// ownerOf returns the user and group of a file.
func ownerOf(path string) (uid, gid int, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, 0, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("%s: no owner known on this system", path)
	}
	return int(st.Uid), int(st.Gid), nil
}

// command prepares a program to be run by the account, with an environment
// free of PG variables, in a folder everybody can stand in.
func (a account) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=/"}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if a.change {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return cmd
}

// give makes path the account's own.
func (a account) give(path string) error {
	if !a.change {
		return nil
	}
	return os.Chown(path, a.uid, a.gid)
}

// reaches reports whether the account can get to dir: root may have put it
// below a folder that others cannot enter, such as /root.
func (a account) reaches(dir string) bool {
	if !a.change {
		return true
	}
	return a.command("/bin/sh", "-c", `cd -- "$1"`, "sh", dir).Run() == nil
}
