package vault

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of one password check: argon2id with 19 MiB and three passes, one
// more than OWASP asks for; about 40 ms on one core. Raising it is safe: older
// hashes still verify and are reported stale.
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 3
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
)

var (
	// ErrBusy: too many sign-ins are being checked; try again shortly.
	ErrBusy = errors.New("vault: too many password checks at once")
	// ErrPasswordHash: a stored hash cannot be read, or asks for more memory
	// or time than any of ours.
	ErrPasswordHash = errors.New("vault: unreadable password hash")
)

// Hasher hashes and checks passwords, only so many at a time: each needs
// 19 MiB, and a flood of sign-ins must not eat the memory of the machine.
// All of one process share one Hasher.
type Hasher struct {
	slots  chan struct{}
	queue  chan struct{}
	nobody string
}

// NewHasher allows parallel checks at once and thirty-two times as many to
// wait. Use the number of cores, at least one.
func NewHasher(parallel int) *Hasher {
	parallel = max(1, parallel)
	return &Hasher{
		slots:  make(chan struct{}, parallel),
		queue:  make(chan struct{}, 33*parallel),
		nobody: phc(argonMemory, argonPasses, argonThreads, make([]byte, argonSalt), make([]byte, argonKey)),
	}
}

// Hash returns the password as a PHC string ($argon2id$v=19$…) under a new
// salt. It returns ErrBusy when too many wait, or when ctx ends first.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	release, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails: the runtime ends the process instead
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonKey)
	return phc(argonMemory, argonPasses, argonThreads, salt, key), nil
}

// Verify tells whether password is the one that was hashed. stale asks the
// caller to hash it again, since the cost has changed. It returns ErrBusy
// like Hash and ErrPasswordHash for a string that it cannot read.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	p, err := parsePHC(hash)
	if err != nil {
		return false, false, err
	}
	release, err := h.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	key := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.key)))
	stale = p.memory != argonMemory || p.passes != argonPasses || p.threads != argonThreads
	return SecretEqual(key, p.key), stale, nil
}

// VerifyNobody takes as long as Verify and verifies nobody. Call it when
// there is no such account, so that the time does not tell which accounts
// exist. Its only error is ErrBusy.
func (h *Hasher) VerifyNobody(ctx context.Context, password string) error {
	_, _, err := h.Verify(ctx, h.nobody, password)
	return err
}

// enter waits for a slot. The returned function gives it back.
func (h *Hasher) enter(ctx context.Context) (release func(), err error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, fmt.Errorf("%w: %w", ErrBusy, ctx.Err())
	}
}

type argonParams struct {
	memory, passes uint32
	threads        uint8
	salt, key      []byte
}

func phc(memory, passes uint32, threads uint8, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		memory, passes, threads, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// parsePHC reads what phc wrote and refuses costs beyond eight times ours, so
// that a row planted in the database cannot exhaust the machine.
func parsePHC(hash string) (p argonParams, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, ErrPasswordHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, ErrPasswordHash
	}
	p.salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil || len(p.salt) < 8 {
		return p, ErrPasswordHash
	}
	p.key, err = base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(p.key) < 16 || len(p.key) > 64 {
		return p, ErrPasswordHash
	}
	if p.memory < 8 || p.memory > 8*argonMemory || p.passes == 0 || p.passes > 8*argonPasses || p.threads == 0 || p.threads > 8 {
		return p, ErrPasswordHash
	}
	return p, nil
}
