package workers

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"
)

// FileSMS writes messages to a file, one JSON line each, and sends nothing: the
// demo, and places without a provider. The file holds numbers and texts in
// clear; only its owner can read it.
type FileSMS struct {
	path string
	now  func() time.Time
	mu   sync.Mutex
}

// NewFileSMS returns the driver that writes to path.
func NewFileSMS(path string, now func() time.Time) *FileSMS { return &FileSMS{path: path, now: now} }

type smsLine struct {
	Key  string    `json:"key"`
	At   time.Time `json:"at"`
	To   string    `json:"to"`
	Text string    `json:"text"`
}

// Send implements SMS: the line is on disk when it returns, and stands there once
// however often a key is sent.
func (f *FileSMS) Send(_ context.Context, m Message) (Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return Receipt{}, fmt.Errorf("open SMS log: %w", err)
	}
	defer file.Close()
	done := Receipt{State: "delivered", ProviderID: "file:" + m.Key}
	if sentBefore(file, m.Key) {
		return done, nil
	}
	line, err := json.Marshal(smsLine{m.Key, f.now(), m.To, m.Text})
	if err != nil {
		return Receipt{}, err
	}
	// The leading line end parts it from a line that a crash cut off.
	if _, err := file.Write(append(append([]byte("\n"), line...), '\n')); err != nil {
		return Receipt{}, fmt.Errorf("write SMS log: %w", err)
	}
	return done, file.Sync()
}

func sentBefore(file *os.File, key string) bool {
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l smsLine
		if json.Unmarshal(lines.Bytes(), &l) == nil && l.Key == key {
			return true
		}
	}
	return false
}
