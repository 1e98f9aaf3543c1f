package mail

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the run if a poll or a server leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
