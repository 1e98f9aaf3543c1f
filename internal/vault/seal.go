package vault

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
)

// A sealed record carries all that is needed to open it but the master key:
//
//	offset  bytes
//	0       1      format, 1
//	1       4      master key version, big endian
//	5       12     nonce of the wrapping
//	17      32     data key under SM4-GCM with the master key: 16 + 16 tag;
//	               bound to the five bytes before the nonce
//	49      12     nonce of the record
//	61      n+16   record under SM4-GCM with the data key, bound to the aad
//
// The data key is new for each record, so re-wrapping touches bytes 1 to 48
// only. Wrapping nonces are random: stay below 2^32 records (GCM's limit)
// per master key version.
const (
	sealFormat  = 1
	nonceSize   = 12
	tagSize     = 16
	headerSize  = 5
	wrappedAt   = headerSize + nonceSize
	nonceAt     = wrappedAt + sm4KeySize + tagSize
	cipherAt    = nonceAt + nonceSize
	sealedExtra = cipherAt + tagSize
)

// SealedExtra is how many bytes longer a sealed record is than its plain text.
const SealedExtra = sealedExtra

// Seal encrypts plain under a data key of its own. aad is not stored; it
// binds the record to its place (table, row, column), and Open needs the
// same, so that a sealed value cannot be moved to another row.
func (v *Vault) Seal(aad, plain []byte) ([]byte, error) {
	r := v.ring.Load()
	out := make([]byte, cipherAt, len(plain)+sealedExtra)
	var fresh [sm4KeySize + 2*nonceSize]byte
	rand.Read(fresh[:]) // never fails: the runtime ends the process instead
	dataKey := fresh[:sm4KeySize]
	defer clear(dataKey)

	copy(out[nonceAt:cipherAt], fresh[sm4KeySize:])
	r.wrapKey(out, fresh[sm4KeySize+nonceSize:], dataKey)
	data, err := newAEAD(dataKey)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return data.Seal(out, out[nonceAt:cipherAt], plain, aad), nil
}

// Open decrypts what Seal made with the same aad. It returns ErrTampered
// when any byte of either differs, and ErrUnknownKey when the key file lacks
// the master key.
func (v *Vault) Open(aad, sealed []byte) ([]byte, error) {
	dataKey, err := v.ring.Load().unwrapKey(sealed)
	if err != nil {
		return nil, err
	}
	defer clear(dataKey)
	data, err := newAEAD(dataKey)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	plain, err := data.Open(nil, sealed[nonceAt:cipherAt], sealed[cipherAt:], aad)
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// Rewrap returns the record with its data key wrapped by the current master
// key; the record itself is not decrypted. It is safe to repeat: a record
// under the current key comes back unchanged. Errors are those of Open, but
// damage beyond the data key is not noticed.
func (v *Vault) Rewrap(sealed []byte) ([]byte, error) {
	r := v.ring.Load()
	dataKey, err := r.unwrapKey(sealed)
	if err != nil {
		return nil, err
	}
	defer clear(dataKey)
	out := append([]byte(nil), sealed...)
	if version, _ := KeyVersion(sealed); version == r.current {
		return out, nil
	}
	var nonce [nonceSize]byte
	rand.Read(nonce[:])
	r.wrapKey(out, nonce[:], dataKey)
	return out, nil
}

// KeyVersion tells which master key version wraps the record, without
// checking the record. It returns ErrTampered for bytes that are no record.
func KeyVersion(sealed []byte) (uint32, error) {
	if len(sealed) < sealedExtra || sealed[0] != sealFormat {
		return 0, ErrTampered
	}
	return binary.BigEndian.Uint32(sealed[1:]), nil
}

// wrapKey fills bytes 0 to nonceAt of out.
func (r *ring) wrapKey(out, nonce, dataKey []byte) {
	out[0] = sealFormat
	binary.BigEndian.PutUint32(out[1:], r.current)
	copy(out[headerSize:], nonce)
	r.seal.Seal(out[wrappedAt:wrappedAt], out[headerSize:wrappedAt], dataKey, out[:headerSize])
}

func (r *ring) unwrapKey(sealed []byte) ([]byte, error) {
	version, err := KeyVersion(sealed)
	if err != nil {
		return nil, err
	}
	master, held := r.wrap[version]
	if !held {
		return nil, fmt.Errorf("%w: %d", ErrUnknownKey, version)
	}
	dataKey, err := master.Open(nil, sealed[headerSize:wrappedAt], sealed[wrappedAt:nonceAt], sealed[:headerSize])
	if err != nil {
		return nil, ErrTampered
	}
	return dataKey, nil
}
