package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

//go:embed all:assets/dist
var assetFiles embed.FS

// assets are the bundled browser files. A bare build has none: the pages then
// work unstyled, and `hotline doctor` says to run make assets.
type assets struct {
	files map[string]asset
}

type asset struct {
	kind    string
	plain   []byte
	zipped  []byte
	version string
}

var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// newAssets reads and compresses the files once; they are few.
func newAssets(files fs.FS) (*assets, error) {
	a := &assets{files: map[string]asset{}}
	found, err := fs.Glob(files, "assets/dist/*")
	if err != nil {
		return nil, err
	}
	for _, file := range found {
		kind := assetTypes[path.Ext(file)]
		if kind == "" {
			continue
		}
		body, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		a.files[path.Base(file)] = asset{kind: kind, plain: body, zipped: zip(body), version: hex.EncodeToString(sum[:6])}
	}
	return a, nil
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level is valid
	_, _ = w.Write(body)                            // a buffer does not fail
	_ = w.Close()
	return b.Bytes()
}

// HasAssets tells whether the browser files were built into this program.
func HasAssets() bool {
	a, err := newAssets(assetFiles)
	return err == nil && a.url("app.css") != ""
}

// url is where a file is served, with its version so that it can be cached for
// ever; "" where it was not built.
func (a *assets) url(name string) string {
	f, ok := a.files[name]
	if !ok {
		return ""
	}
	return "/assets/" + name + "?v=" + f.version
}

// icon draws a symbol of icons.txt, or nothing in a bare build. It only
// decorates: the word stands beside it.
func (a *assets) icon(name string) template.HTML {
	sprite := a.url("icons.svg")
	if sprite == "" {
		return ""
	}
	return template.HTML(fmt.Sprintf(`<svg class="icon" aria-hidden="true" focusable="false"><use href="%s#%s"/></svg>`, sprite, template.HTMLEscapeString(name)))
}

// serve answers GET /assets/:name.
func (a *assets) serve(c *fiber.Ctx) error {
	f, ok := a.files[c.Params("name")]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderContentType, f.kind)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.zipped)
	}
	return c.Send(f.plain)
}
