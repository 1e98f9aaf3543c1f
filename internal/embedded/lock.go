package embedded

import (
	"errors"
	"os"
	"syscall"
)

// ownerLock is held by the process that runs the server of a folder. The
// kernel frees it when that process dies, so it can never be stale.
type ownerLock struct{ file *os.File }

// tryLock takes the lock of path, or returns nil while another process (or
// another part of this one) holds it.
func tryLock(path string, who account) (*ownerLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = who.give(path)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, f.Close()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &ownerLock{file: f}, nil
}

// release frees the lock.
func (l *ownerLock) release() error {
	return l.file.Close()
}
