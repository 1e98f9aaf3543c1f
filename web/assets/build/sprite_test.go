package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// assets lays out a folder with the given icons, as npm would.
func assets(t *testing.T, list string, icons map[string]string) string {
	t.Helper()
	root := t.TempDir()
	err := os.WriteFile(filepath.Join(root, "icons.txt"), []byte(list), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range icons {
		path := filepath.Join(root, "node_modules/@tabler/icons/icons", name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err != nil {
			t.Fatal(err)
		}
		err = os.WriteFile(path, []byte(text), 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestSpriteHoldsTheListedIconsAndNoOther(t *testing.T) {
	t.Parallel()
	icon := `<svg viewBox="0 0 24 24">` + "\n  " + spacer + "\n" + `  <path d="M5 4h4" />` + "\n</svg>"
	root := assets(t, "# remark\nphone # of the desk\n\nfilled/star\n", map[string]string{
		"outline/phone.svg": icon, "outline/star.svg": icon, "filled/star.svg": icon,
	})
	got, err := sprite(root)
	if err != nil {
		t.Fatal(err)
	}
	want := `<svg xmlns="http://www.w3.org/2000/svg">
<symbol id="phone" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M5 4h4" /></symbol>
<symbol id="star-filled" viewBox="0 0 24 24" fill="currentColor"><path d="M5 4h4" /></symbol>
</svg>
`
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestSpriteRefusesBadLists(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, list, want string }{
		{"an unknown icon", "phone\n", `icon "phone" of icons.txt is not in @tabler/icons`},
		{"a name twice", "x\nx\n", "names x twice"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := sprite(assets(t, c.list, map[string]string{"outline/x.svg": `<svg viewBox="0 0 1 1"/>`}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
