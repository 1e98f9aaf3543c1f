package embedded

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// child is a server program that runs below this process and, on Linux,
// is told to stop by the kernel when this process dies, however it dies.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended and was reaped
	err  error         // how it ended; read only after done
}

// launch starts cmd in a process group of its own, so that Ctrl-C in the
// terminal reaches this process first and it can stop things in order.
// death is the signal the child gets when its parent dies.
//
// The kernel ties that signal to the thread that forked, not to the process:
// so the goroutine that starts the child keeps its thread until the child
// has ended.
func launch(cmd *exec.Cmd, death syscall.Signal) (*child, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	dieWithParent(cmd.SysProcAttr, death)
	cmd.WaitDelay = time.Second // for pipes that grandchildren hold open
	c := &child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.done)
	}()
	err := <-started
	if err != nil {
		return nil, err
	}
	return c, nil
}

// signal sends sig; a child that has ended already is no error.
func (c *child) signal(sig os.Signal) {
	_ = c.cmd.Process.Signal(sig) // ErrProcessDone: what was wanted
}

// ended reports whether the child is gone.
func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}
