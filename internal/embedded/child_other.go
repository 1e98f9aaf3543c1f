//go:build !linux

package embedded

import "syscall"

// dieWithParent does nothing where the kernel offers no such signal: the
// next start finds the orphan and stops it.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}
