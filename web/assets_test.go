package web

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/valyala/fasthttp"
)

func TestPagesWorkWithoutTheBrowserFiles(t *testing.T) {
	t.Parallel()
	bare, err := newAssets(fstest.MapFS{"assets/dist/.gitkeep": {}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := newViews(templateFiles, bare, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	body, err := v.render(ZH, SignInPage{Shell: &Shell{Title: "登录", Lang: ZH}})
	if err != nil {
		t.Fatal(err)
	}
	if s := string(body); strings.Contains(s, "<script") || strings.Contains(s, "stylesheet") || !strings.Contains(s, `name="password"`) {
		t.Errorf("a bare build renders %s", s)
	}
}

func TestTemplateOfNoPageStopsTheStart(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	err := fs.WalkDir(templateFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(templateFiles, path)
		files[path] = &fstest.MapFile{Data: body}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	files["templates/forgotten.html"] = &fstest.MapFile{Data: []byte(`{{define "main"}}{{end}}`)}
	if _, err := newViews(files, &assets{}, time.Now); err == nil || !strings.Contains(err.Error(), "forgotten") {
		t.Errorf("got %v", err)
	}
}

func TestEveryIconIsInTheList(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("assets/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Fields(string(list))
	used := []string{}
	for _, n := range navigation {
		used = append(used, n.icon)
	}
	call := regexp.MustCompile(`icon "([a-z-]+)"`)
	err = fs.WalkDir(templateFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(templateFiles, path)
		for _, m := range call.FindAllStringSubmatch(string(body), -1) {
			used = append(used, m[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range used {
		if !slices.Contains(known, name) {
			t.Errorf("icon %q is not in assets/icons.txt", name)
		}
	}
}

func TestBodyLimitFitsTheRoute(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, uri string
		want        int
	}{
		{"POST", "/desk", bodyLimit}, {"POST", "/tickets/2611160000010/files", fileBodyLimit}, {"POST", "/tickets/x/files?a=/files", fileBodyLimit},
		{"POST", "/tasks/R260918-0000001/answer", fileBodyLimit}, {"POST", "/tasks/R260918-0000001/sign", bodyLimit}, {"POST", "/desk?x=/tickets/files", bodyLimit}, {"POST", "/api/v1/tickets/1/attachments", fileBodyLimit}, {"PUT", "/tickets/1/files", bodyLimit},
	} {
		var h fasthttp.RequestHeader
		h.SetMethod(c.method)
		h.SetRequestURI(c.uri)
		if got := limitBody(&h).MaxRequestBodySize; got != c.want {
			t.Errorf("%s %s: got %d, want %d", c.method, c.uri, got, c.want)
		}
	}
}

func TestDueTimeAtMidnightNamesTheDayThatEnds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at     time.Time
		zh, en string
	}{
		{time.Date(2026, 11, 27, 16, 0, 0, 0, time.UTC), "11-27 周五", "11-27 Fri"},
		{time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC), "11-23 周一 14:30", "11-23 Mon 14:30"},
		{time.Date(2027, 1, 21, 16, 0, 0, 0, time.UTC), "2027-01-21 周四", "2027-01-21 Thu"},
	} {
		if zh, en := ZH.Due(c.at, now), EN.Due(c.at, now); zh != c.zh || en != c.en {
			t.Errorf("got %q and %q, want %q and %q", zh, en, c.zh, c.en)
		}
	}
}

func TestLocalAddressLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"/desk?a=1": "/desk?a=1", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/\t/evil.example": "/", "/a\r\nSet-Cookie: x": "/", "": "/"} {
		if got := local(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestThrottleForgetsAfterItsWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	k := newThrottle(2, time.Minute)
	k.miss("a", now)
	k.miss("a", now)
	if k.allows("a", now) || !k.allows("b", now) || !k.allows("a", now.Add(time.Minute)) {
		t.Error("the throttle counts wrongly")
	}
}
