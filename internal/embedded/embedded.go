// Package embedded runs a private Postgres and a private Redis for a desk
// that was given no URLs of its own: on one machine, for one deployment,
// with no configuration. It finds the installed programs, starts them as
// children that die with their parent, and recovers whatever a crash left.
//
// It never touches a Postgres or Redis it did not start, never listens
// beyond the machine, and knows nothing of tables or jobs. cmd calls it at
// start, internal/pgtest in tests.
package embedded

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"
)

// tick is the pause between two looks at something that is being waited for.
const tick = 25 * time.Millisecond

// pause waits for d, or returns the cause of ctx if that ends first.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// secret makes a password of 128 random bits that needs no quoting anywhere.
func secret() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead
	return hex.EncodeToString(b)
}

// tail returns the last lines of a log file, at most 2 kB, for an error
// message; a file that cannot be read has no last lines.
func tail(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	const most = 2048
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	text, err := io.ReadAll(io.NewSectionReader(f, max(0, info.Size()-most), most))
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s ends with:\n%s", path, text)
}
