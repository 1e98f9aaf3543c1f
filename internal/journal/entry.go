// Package journal is the record nobody can edit: every act on a subject is one
// appended row, chained by hash to the row before it. State tables are a fast
// view of it. The row holds commitments (a salted hash per field); the values
// and salts stand in a body apart, so that a field can be erased while the chain
// still verifies. Every *db package writes through it; the command
// `hotline journal verify` reads it back.
package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"time"
)

// Provenance tells on what a fact rests.
type Provenance string

// The provenances: a machine saw it, a scan shows it, somebody typed it.
const (
	Machine Provenance = "machine"
	Scan    Provenance = "scan"
	Typed   Provenance = "typed"
)

// HashSize is the length of a row's hash.
const HashSize = sha256.Size

const saltSize = 16

// Genesis is the hash before a subject's first row.
var Genesis = make([]byte, HashSize)

// Entry is one act as the caller knows it.
type Entry struct {
	Kind       string // of the subject: "ticket", ...
	Subject    int64
	Seq        int       // 1 for the first row of the subject
	At         time.Time // when the fact happened
	Recorded   time.Time // when it was written down
	Actor      string
	Unit       int
	Action     string
	Provenance Provenance
	Fields     map[string]any // JSON values; each is committed to apart
}

// Row is an entry ready to be stored.
type Row struct {
	Entry
	Commitments []byte
	Body        []byte
	Prev        []byte
	Hash        []byte
}

type bodyField struct {
	Salt  string          `json:"s"`
	Value json.RawMessage `json:"v"`
}

// Seal commits to the entry's fields and chains it to prev. Times are cut to
// microseconds, as Postgres keeps them.
func Seal(e Entry, prev []byte) (Row, error) {
	e.At, e.Recorded = cut(e.At), cut(e.Recorded)
	r := Row{Entry: e, Prev: prev}
	commitments := make(map[string]string, len(e.Fields))
	body := make(map[string]bodyField, len(e.Fields))
	salts := make([]byte, saltSize*len(e.Fields))
	if _, err := rand.Read(salts); err != nil {
		return Row{}, fmt.Errorf("draw salts: %w", err)
	}
	for name, v := range e.Fields {
		value, err := json.Marshal(v)
		if err != nil {
			return Row{}, fmt.Errorf("journal field %s: %w", name, err)
		}
		salt := salts[:saltSize]
		salts = salts[saltSize:]
		commitments[name] = commit(salt, name, value)
		body[name] = bodyField{base64.StdEncoding.EncodeToString(salt), value}
	}
	var err error
	if r.Commitments, err = json.Marshal(commitments); err != nil {
		return Row{}, fmt.Errorf("commit: %w", err)
	}
	if r.Body, err = json.Marshal(body); err != nil {
		return Row{}, fmt.Errorf("journal body: %w", err)
	}
	r.Hash = r.chain()
	return r, nil
}

func cut(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// commit is H(salt ‖ name ‖ 0 ‖ value).
func commit(salt []byte, name string, value []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(name))
	h.Write([]byte{0})
	h.Write(value)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// chain is H(prev ‖ header), the header being a JSON array of every column and
// the hash of the commitments as stored.
func (r Row) chain() []byte {
	c := sha256.Sum256(r.Commitments)
	header, err := json.Marshal([]string{"hotline-journal-1", r.Kind, strconv.FormatInt(r.Subject, 10), strconv.Itoa(r.Seq),
		strconv.FormatInt(r.At.UnixMicro(), 10), strconv.FormatInt(r.Recorded.UnixMicro(), 10), r.Actor, strconv.Itoa(r.Unit),
		r.Action, string(r.Provenance), base64.StdEncoding.EncodeToString(c[:])})
	if err != nil {
		panic(err) // strings always marshal
	}
	h := sha256.New()
	h.Write(r.Prev)
	h.Write(header)
	return h.Sum(nil)
}

// ErrAltered: the stored row is not the one that was sealed.
var ErrAltered = errors.New("row altered")

// Check verifies a stored row against the row before it: its place in the
// chain, its hash, and every field against its commitment. It returns the names
// of fields whose value has been erased (an "erased" row must account for them)
// and ErrAltered, wrapped with what is wrong.
func (r Row) Check(prev []byte, seq int) (erased []string, err error) {
	if r.Seq != seq {
		return nil, fmt.Errorf("%w: expected row %d of the subject, found %d", ErrAltered, seq, r.Seq)
	}
	if string(r.Prev) != string(prev) {
		return nil, fmt.Errorf("%w: not chained to the row before", ErrAltered)
	}
	if string(r.chain()) != string(r.Hash) {
		return nil, fmt.Errorf("%w: its hash does not match its columns", ErrAltered)
	}
	var commitments map[string]string
	if err := json.Unmarshal(r.Commitments, &commitments); err != nil {
		return nil, fmt.Errorf("%w: commitments unreadable", ErrAltered)
	}
	var body map[string]bodyField
	if err := json.Unmarshal(r.Body, &body); err != nil {
		return nil, fmt.Errorf("%w: body unreadable", ErrAltered)
	}
	for name, want := range commitments {
		f, ok := body[name]
		if !ok {
			erased = append(erased, name)
			continue
		}
		salt, err := base64.StdEncoding.DecodeString(f.Salt)
		if err != nil || commit(salt, name, f.Value) != want {
			return nil, fmt.Errorf("%w: field %s is not what was committed to", ErrAltered, name)
		}
	}
	for name := range body {
		if _, ok := commitments[name]; !ok {
			return nil, fmt.Errorf("%w: field %s was added", ErrAltered, name)
		}
	}
	sort.Strings(erased)
	return erased, nil
}

// Values reads a stored body: field name to JSON value.
func Values(body []byte) (map[string]json.RawMessage, error) {
	var fields map[string]bodyField
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("journal body: %w", err)
	}
	out := make(map[string]json.RawMessage, len(fields))
	for name, f := range fields {
		out[name] = f.Value
	}
	return out, nil
}

// Erase empties fields of a body; the commitments stay.
func Erase(body []byte, names ...string) ([]byte, error) {
	var fields map[string]bodyField
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("journal body: %w", err)
	}
	for _, n := range names {
		delete(fields, n)
	}
	return json.Marshal(fields)
}
