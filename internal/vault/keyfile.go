package vault

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/emmansun/gmsm/sm3"
)

// The key file is text, one fact a line; blank lines and lines that begin
// with # are skipped. Written on one line, as environment variables are, ";"
// parts the facts, and there are no # lines.
//
//	hotline-vault-keys 1
//	root    <64 hex digits> <8 hex digits>
//	master 1 <64 hex digits> <8 hex digits>
//	master 2 <64 hex digits> <8 hex digits>
//	current 2
//
// The last 8 digits of a key line are the beginning of SM3 over the rest of
// it, so that a key copied by hand from the safe is known to be right. The
// root secret gives the blind indexes, the MACs and the other subkeys; it is
// never rotated, since all indexes would have to be made anew. The master
// secrets wrap the data keys; new ones are added and old ones kept until
// every record has been re-wrapped.

const (
	keyFileHeader = "hotline-vault-keys 1"
	secretSize    = 32
)

// keys is what a key file says.
type keys struct {
	root    [secretSize]byte
	hasRoot bool
	masters map[uint32][secretSize]byte
	current uint32
}

// Load reads the key file at path. It refuses a file that others can read
// and returns an error wrapping ErrKeyFile for one it does not understand,
// fs.ErrNotExist where there is none.
func Load(path string) (*Vault, error) {
	k, err := readKeys(path)
	if err != nil {
		return nil, err
	}
	return newVault(k)
}

// Parse reads keys from the text of a key file, as an environment variable
// carries it. The errors are those of Load.
func Parse(text string) (*Vault, error) {
	k, err := parseKeys(text)
	if err != nil {
		return nil, err
	}
	return newVault(k)
}

// Create makes a key file with new random keys, readable by its owner only,
// and loads it. It returns fs.ErrExist when the file is there already: keys
// are never overwritten.
func Create(path string) (*Vault, error) {
	k := keys{hasRoot: true, masters: map[uint32][secretSize]byte{1: newSecret()}, current: 1}
	k.root = newSecret()
	if err := publish(path, k.format(), os.Link); err != nil {
		return nil, fmt.Errorf("create key file %s: %w", path, err)
	}
	return Load(path)
}

// LoadOrCreate loads the key file, or makes it at the first start. created
// tells the caller to say so loudly: a new key file beside an old database
// means that the old one was lost (compare Fingerprint). Two processes that
// start together end with the same keys.
func LoadOrCreate(path string) (v *Vault, created bool, err error) {
	v, err = Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return v, false, err
	}
	v, err = Create(path)
	if errors.Is(err, fs.ErrExist) {
		v, err = Load(path)
		return v, false, err
	}
	return v, err == nil, err
}

// Rotate adds a new master key version to the file and makes it current. The
// file is replaced in one step. With several nodes copy the file to all of
// them with the old "current" line first, and change that line afterwards.
// Running processes see the new key after Reload.
func Rotate(path string) error {
	k, err := readKeys(path)
	if err != nil {
		return err
	}
	next := slices.Max(slices.Collect(maps.Keys(k.masters))) + 1
	k.masters[next] = newSecret()
	k.current = next
	if err := publish(path, k.format(), os.Rename); err != nil {
		return fmt.Errorf("rotate key file %s: %w", path, err)
	}
	return nil
}

// Reload takes the master keys of the file into the running Vault. It
// refuses a file with another root secret, or one that lacks a version held
// now, and then leaves the Vault as it was.
func (v *Vault) Reload(path string) error {
	k, err := readKeys(path)
	if err != nil {
		return err
	}
	if !SecretEqual(k.root[:], v.root[:]) {
		return fmt.Errorf("%w: another root secret", ErrKeyFile)
	}
	for version, secret := range v.ring.Load().keys.masters {
		if k.masters[version] != secret {
			return fmt.Errorf("%w: master key %d is missing or different", ErrKeyFile, version)
		}
	}
	r, err := newRing(k)
	if err != nil {
		return err
	}
	v.ring.Store(r)
	return nil
}

func newSecret() (s [secretSize]byte) {
	rand.Read(s[:]) // never fails: the runtime ends the process instead
	return s
}

func readKeys(path string) (keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return keys{}, fmt.Errorf("read key file: %w", err)
	}
	if info.Mode().Perm()&0o027 != 0 {
		return keys{}, fmt.Errorf("%w: %s is open to others (%v); chmod 600 it",
			ErrKeyFile, path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return keys{}, fmt.Errorf("read key file: %w", err)
	}
	return parseKeys(string(text))
}

// publish writes text to a new file beside path, makes it durable, and gives
// it its name by link (refuses an existing one) or rename (replaces it), so
// that nobody ever reads half a file.
func publish(path, text string, name func(from, to string) error) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp := path + "." + rand.Text()[:8]
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := name(temp, path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (k keys) format() string {
	var b strings.Builder
	b.WriteString("# Keys of the identity vault. Whoever has this file and the database reads\n" +
		"# every name in it, without it nobody does. Keep a copy in a safe, not beside\n" +
		"# the backups of the database.\n" + keyFileHeader + "\n")
	writeKey(&b, "root", k.root)
	for _, version := range slices.Sorted(maps.Keys(k.masters)) {
		writeKey(&b, fmt.Sprintf("master %d", version), k.masters[version])
	}
	fmt.Fprintf(&b, "current %d\n", k.current)
	return b.String()
}

func writeKey(b *strings.Builder, label string, secret [secretSize]byte) {
	line := label + " " + hex.EncodeToString(secret[:])
	b.WriteString(line + " " + lineCheck(line) + "\n")
}

func lineCheck(line string) string {
	sum := sm3.Sum([]byte(line))
	return hex.EncodeToString(sum[:4])
}

func parseKeys(text string) (keys, error) {
	k := keys{masters: map[uint32][secretSize]byte{}}
	text = strings.TrimSpace(text)
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, ";", "\n")
	}
	lines := bufio.NewScanner(strings.NewReader(text))
	sawHeader := false
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if !sawHeader {
			if strings.Join(fields, " ") != keyFileHeader {
				return keys{}, fmt.Errorf("%w: line %d is not %q", ErrKeyFile, n, keyFileHeader)
			}
			sawHeader = true
			continue
		}
		if err := k.take(fields); err != nil {
			return keys{}, fmt.Errorf("%w: line %d: %w", ErrKeyFile, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return keys{}, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	return k, k.check()
}

// take adds what one line says. Its errors never repeat the line: it may be
// half a key.
func (k *keys) take(fields []string) error {
	switch {
	case fields[0] == "root" && len(fields) == 3 && !k.hasRoot:
		secret, err := readSecret(fields)
		k.root, k.hasRoot = secret, true
		return err
	case fields[0] == "master" && len(fields) == 4:
		version, err := readVersion(fields[1])
		if err != nil {
			return err
		}
		if _, twice := k.masters[version]; twice {
			return fmt.Errorf("master %d is there twice", version)
		}
		k.masters[version], err = readSecret(fields)
		return err
	case fields[0] == "current" && len(fields) == 2 && k.current == 0:
		version, err := readVersion(fields[1])
		k.current = version
		return err
	}
	return errors.New("not understood")
}

func readVersion(text string) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n == 0 {
		return 0, errors.New("a key version is a number from 1")
	}
	return uint32(n), nil
}

func readSecret(fields []string) (s [secretSize]byte, err error) {
	last := len(fields) - 1
	raw, err := hex.DecodeString(fields[last-1])
	if err != nil || len(raw) != secretSize {
		return s, fmt.Errorf("a secret is %d hex digits", 2*secretSize)
	}
	if lineCheck(strings.Join(fields[:last], " ")) != fields[last] {
		return s, errors.New("the check digits do not fit: mistyped")
	}
	return [secretSize]byte(raw), nil
}

func (k keys) check() error {
	if !k.hasRoot || len(k.masters) == 0 {
		return fmt.Errorf("%w: needs a root and a master line", ErrKeyFile)
	}
	if _, held := k.masters[k.current]; !held {
		return fmt.Errorf("%w: the current master key %d is not in it", ErrKeyFile, k.current)
	}
	return nil
}
