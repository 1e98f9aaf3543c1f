// Package vault keeps what identifies a person: names, phones, citizen ids,
// addresses, bank accounts, and the raw letters and recordings that carry
// them. It seals records (seal.go), makes the keyed hashes by which a sealed
// value can still be found (index.go), normalises and masks values
// (normalise.go, citizenid.go, mask.go), finds personal traces in a text
// before it leaves the desk (linter.go), and hashes passwords (password.go).
//
// It never talks to a database, never logs, and knows nothing about who may
// see what: that is decided by the callers and by row-level security. The
// cryptography is SM3 and SM4, as the commercial cryptography rules for
// state bodies ask.
package vault

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"errors"
	"fmt"
	"hash"
	"sync"
	"sync/atomic"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// Errors that a caller can act on.
var (
	// ErrTampered: the sealed bytes, or what they are bound to, were changed,
	// or they were never ours.
	ErrTampered = errors.New("vault: sealed record does not open")
	// ErrUnknownKey: the record was wrapped by a master key version that the
	// key file does not hold. The file is older than the record: reload it.
	ErrUnknownKey = errors.New("vault: master key version is not in the key file")
	// ErrKeyFile: the key file or string cannot be read as one.
	ErrKeyFile = errors.New("vault: bad key file")
)

// Vault seals, opens and hashes with the keys of one key file. It is safe for
// use by many goroutines. A Vault holds no state but its keys.
type Vault struct {
	ring atomic.Pointer[ring]

	macs    sync.Pool    // hash.Hash: HMAC-SM3 under the mac subkey
	indexes [3]sync.Pool // the same, one per Kind
	root    [secretSize]byte
}

// ring holds the wrapping ciphers. It is replaced whole by Reload and never
// changed, so readers need no lock.
type ring struct {
	keys    keys
	wrap    map[uint32]cipher.AEAD
	current uint32
	seal    cipher.AEAD // wrap[current]
}

// newVault derives every subkey from keys that have been checked.
func newVault(k keys) (*Vault, error) {
	r, err := newRing(k)
	if err != nil {
		return nil, err
	}
	v := &Vault{root: k.root}
	v.ring.Store(r)
	v.macs.New = hmacMaker(v.Key("mac", sm3.Size))
	for kind := range v.indexes {
		purpose := "index " + Kind(kind).String()
		v.indexes[kind].New = hmacMaker(v.Key(purpose, sm3.Size))
	}
	return v, nil
}

func newRing(k keys) (*ring, error) {
	r := &ring{keys: k, wrap: make(map[uint32]cipher.AEAD, len(k.masters)), current: k.current}
	for version, secret := range k.masters {
		aead, err := newAEAD(derive(secret[:], "hotline vault wrap", sm4KeySize))
		if err != nil {
			return nil, fmt.Errorf("master key %d: %w", version, err)
		}
		r.wrap[version] = aead
	}
	r.seal = r.wrap[k.current]
	return r, nil
}

func hmacMaker(key []byte) func() any {
	return func() any { return hmac.New(sm3.New, key) }
}

// sm4KeySize is the length of an SM4 key in bytes.
const sm4KeySize = 16

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// derive is HKDF with SM3 (RFC 5869). It returns nil when n is more than the
// 255 blocks that HKDF can give.
func derive(secret []byte, info string, n int) []byte {
	key, err := hkdf.Key(sm3.New, secret, nil, info, n)
	if err != nil {
		return nil
	}
	return key
}

// Key returns n bytes of key for the purpose, always the same for one key
// file: cookie key, log key, login password of the database. Different
// purposes give unrelated keys. n is at most 8160; above that it returns nil.
//
// Keys come from the root secret, which survives the rotation of master keys.
func (v *Vault) Key(purpose string, n int) []byte {
	return derive(v.root[:], "hotline key "+purpose, n)
}

// Fingerprint names the root secret without giving it away. Keep it in the
// database and compare at start: another fingerprint means another key file,
// under which nothing that is stored would open or be found.
func (v *Vault) Fingerprint() string {
	return fmt.Sprintf("%x", v.Key("fingerprint", 8))
}

// Versions returns the current master key version and how many the key file
// holds.
func (v *Vault) Versions() (current uint32, held int) {
	r := v.ring.Load()
	return r.current, len(r.wrap)
}

func (v *Vault) borrow(p *sync.Pool) hash.Hash {
	h, _ := p.Get().(hash.Hash)
	h.Reset()
	return h
}
