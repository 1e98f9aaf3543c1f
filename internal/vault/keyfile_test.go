package vault

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestCreateMakesAFileOnlyItsOwnerReads(t *testing.T) {
	t.Parallel()
	_, path := open(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode().Perm())
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files left beside it, %v", len(left)-1, err)
	}
}

func TestCreateNeverOverwritesKeys(t *testing.T) {
	t.Parallel()
	v, path := open(t)
	if _, err := Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want ErrExist", err)
	}
	again, err := Load(path)
	if err != nil || again.Fingerprint() != v.Fingerprint() {
		t.Errorf("the keys changed, %v", err)
	}
}

func TestLoadOrCreateTellsTheFirstStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "vault.keys")
	first, created, err := LoadOrCreate(path)
	if err != nil || !created {
		t.Fatalf("first start: created %v, %v", created, err)
	}
	second, created, err := LoadOrCreate(path)
	if err != nil || created {
		t.Fatalf("second start: created %v, %v", created, err)
	}
	if plain, err := second.Open(nil, seal(t, first, "", "张三")); err != nil || string(plain) != "张三" {
		t.Errorf("the second start opens %q, %v", plain, err)
	}
}

func TestTwoProcessesThatStartTogetherShareOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.keys")
	var wg sync.WaitGroup
	prints := make([]string, 8)
	made := make([]bool, 8)
	for i := range prints {
		wg.Go(func() {
			v, created, err := LoadOrCreate(path)
			if err != nil {
				t.Error(err)
				return
			}
			prints[i], made[i] = v.Fingerprint(), created
		})
	}
	wg.Wait()
	makers := 0
	for i := range prints {
		if prints[i] != prints[0] {
			t.Error("two processes have different keys")
		}
		if made[i] {
			makers++
		}
	}
	if makers != 1 {
		t.Errorf("%d processes think they made the file, want 1", makers)
	}
}

func TestLoadRefusesAFileOthersCanRead(t *testing.T) {
	t.Parallel()
	_, path := open(t)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); !errors.Is(err, ErrKeyFile) {
		t.Errorf("error %v, want ErrKeyFile", err)
	}
}

func TestParseTakesTheFileAsOneLine(t *testing.T) {
	t.Parallel()
	v, path := open(t)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, lines, _ := strings.Cut(string(raw), keyFileHeader)
	env := strings.ReplaceAll(keyFileHeader+lines, "\n", ";")
	got, err := Parse(env)
	if err != nil {
		t.Fatal(err)
	}
	if got.Fingerprint() != v.Fingerprint() {
		t.Error("another root secret")
	}
	if _, err := got.Open(nil, seal(t, v, "", "x")); err != nil {
		t.Error(err)
	}
}

func TestParseRefusesWhatIsNoKeyFile(t *testing.T) {
	t.Parallel()
	k := keys{hasRoot: true, masters: map[uint32][secretSize]byte{1: newSecret()}, current: 1, root: newSecret()}
	good := k.format()
	if _, err := Parse(good); err != nil {
		t.Fatal(err)
	}
	line := func(prefix string) string {
		for l := range strings.Lines(good) {
			if strings.HasPrefix(l, prefix) {
				return l
			}
		}
		return ""
	}
	root, master := line("root"), line("master")
	digit := "0"
	if root[9] == '0' {
		digit = "1"
	}
	for name, text := range map[string]string{
		"empty":             "",
		"no header":         strings.Replace(good, keyFileHeader, "", 1),
		"another format":    strings.Replace(good, keyFileHeader, "hotline-vault-keys 2", 1),
		"no root":           strings.Replace(good, root, "", 1),
		"no master":         strings.Replace(good, master, "", 1),
		"root twice":        good + root,
		"master twice":      good + master,
		"current not held":  strings.Replace(good, "current 1", "current 2", 1),
		"no current":        strings.Replace(good, "current 1", "", 1),
		"current twice":     good + "current 1\n",
		"one digit wrong":   strings.Replace(good, root, root[:9]+digit+root[10:], 1),
		"relabelled master": strings.Replace(good, "master 1", "master 3", 1),
		"version 0":         strings.Replace(good, "master 1", "master 0", 1),
		"stray word":        good + "hello\n",
		"short secret":      strings.Replace(good, root, "root abcd 12345678\n", 1),
	} {
		if _, err := Parse(text); !errors.Is(err, ErrKeyFile) {
			t.Errorf("%s: error %v, want ErrKeyFile", name, err)
		}
	}
}

func TestErrorsOfAKeyFileDoNotRepeatTheKey(t *testing.T) {
	t.Parallel()
	k := keys{hasRoot: true, masters: map[uint32][secretSize]byte{1: newSecret()}, current: 1, root: newSecret()}
	_, err := Parse(strings.ReplaceAll(k.format(), "master 1", "mastr 1"))
	if err == nil {
		t.Fatal("taken")
	}
	for _, word := range strings.Fields(k.format()) {
		if len(word) == 64 && strings.Contains(err.Error(), word) {
			t.Error("the error contains a secret")
		}
	}
}

func TestIndexesAndKeysSurviveRotation(t *testing.T) {
	t.Parallel()
	v, path := open(t)
	index, key, mac := v.Index(Phone, "13800000000"), v.Key("cookie", 32), v.MAC("x", []byte("y"))
	if err := Rotate(path); err != nil {
		t.Fatal(err)
	}
	after, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if current, held := after.Versions(); current != 2 || held != 2 {
		t.Errorf("version %d of %d, want 2 of 2", current, held)
	}
	if !SecretEqual(index, after.Index(Phone, "13800000000")) || !SecretEqual(key, after.Key("cookie", 32)) ||
		!SecretEqual(mac, after.MAC("x", []byte("y"))) {
		t.Error("rotation changed an index, a key or a MAC")
	}
}

func TestAnOldProcessNamesTheKeyItLacks(t *testing.T) {
	t.Parallel()
	old, path := open(t)
	if err := Rotate(path); err != nil {
		t.Fatal(err)
	}
	fresh, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := seal(t, fresh, "", "张三")
	if _, err := old.Open(nil, sealed); !errors.Is(err, ErrUnknownKey) {
		t.Fatalf("error %v, want ErrUnknownKey", err)
	}
	if err := old.Reload(path); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Open(nil, sealed); err != nil {
		t.Errorf("after Reload: %v", err)
	}
}

func TestReloadRefusesKeysOfAnotherVault(t *testing.T) {
	t.Parallel()
	v, path := open(t)
	_, other := open(t)
	if err := v.Reload(other); !errors.Is(err, ErrKeyFile) {
		t.Errorf("another root: error %v", err)
	}
	if err := Rotate(path); err != nil {
		t.Fatal(err)
	}
	newer, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	k, err := readKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	delete(k.masters, 1)
	fewer := filepath.Join(t.TempDir(), "fewer.keys")
	if err := os.WriteFile(fewer, []byte(k.format()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := newer.Reload(fewer); !errors.Is(err, ErrKeyFile) {
		t.Errorf("a version lost: error %v", err)
	}
}
