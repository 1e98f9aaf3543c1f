package vault

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"hash"
	"io"
)

// Kind is a sort of personal value that can be searched for by equality.
type Kind int

// The kinds that have a blind index. Each has a key of its own, so equal
// indexes of different kinds mean nothing.
const (
	Phone Kind = iota
	CitizenIDKind
	Name
)

// String returns the word that goes into the key derivation. Changing it
// makes every stored index of the kind worthless.
func (k Kind) String() string {
	switch k {
	case Phone:
		return "phone"
	case CitizenIDKind:
		return "citizen id"
	case Name:
		return "name"
	}
	return "unknown"
}

// IndexSize is the length of a blind index in bytes. Sixteen are enough: an
// index is compared, never trusted as proof, and among 10^9 values the chance
// that any two share one is about 10^-21; a full SM3 sum would double every
// index page for nothing.
const IndexSize = 16

// Index returns the keyed hash (HMAC-SM3, IndexSize bytes) by which a sealed
// value can be found again. Values that people write differently but mean the
// same have the same index: it is taken of the normal form. A value without
// one (a hidden number, a mistyped id) has no index: nil, to be stored as
// NULL, which matches nothing.
func (v *Vault) Index(kind Kind, value string) []byte {
	normal, err := normalise(kind, value)
	if err != nil {
		return nil
	}
	pool := &v.indexes[kind]
	h := v.borrow(pool)
	defer pool.Put(h)
	io.WriteString(h, normal)
	return h.Sum(make([]byte, 0, h.Size()))[:IndexSize:IndexSize]
}

func normalise(kind Kind, value string) (string, error) {
	switch kind {
	case Phone:
		return NormalisePhone(value)
	case CitizenIDKind:
		id, err := ParseCitizenID(value)
		return string(id), err
	case Name:
		return NormaliseName(value)
	}
	return "", errKind
}

// MAC is a keyed hash (HMAC-SM3, 32 bytes) of the parts for the purpose. Each
// part goes in with its length, so that ("ab","c") and ("a","bc") differ, and
// the purpose is the first part, so that two uses never meet.
func (v *Vault) MAC(purpose string, parts ...[]byte) []byte {
	h := v.borrow(&v.macs)
	defer v.macs.Put(h)
	writeLength(h, len(purpose))
	io.WriteString(h, purpose)
	for _, part := range parts {
		writeLength(h, len(part))
		h.Write(part)
	}
	return h.Sum(make([]byte, 0, h.Size()))
}

func writeLength(h hash.Hash, n int) {
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(n))
	h.Write(length[:])
}

// NewToken returns a random token of 128 bits or more for a session, an API
// key or a link. Only its TokenHash is stored.
func NewToken() string { return rand.Text() }

// TokenHash is the form in which session tokens and API keys are stored.
// They are random, so a fast keyed hash is enough; a slow one would make
// every request pay for a password check.
func (v *Vault) TokenHash(token []byte) []byte { return v.MAC("session", token) }

// SecretEqual compares two secrets in a time that does not tell where they
// differ. Different lengths are unequal.
func SecretEqual(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
