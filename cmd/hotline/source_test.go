package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is this module's path, and the start of its packages' import paths.
const module = "hotline"

// repository is the root of the sources, seen from this package.
const repository = "../.."

// goFile is one parsed file of this repository.
type goFile struct {
	path    string // from the root of the repository, with slashes
	folder  string // of path: the package's import path without the module
	name    string // of the package clause
	imports []spot // import paths
	tree    *ast.File
	set     *token.FileSet
}

// spot is a word and where it stands.
type spot struct {
	word string
	at   token.Pos
}

func (f goFile) test() bool { return strings.HasSuffix(f.path, "_test.go") }

// outside tells whether the file is a test that sees its package from outside.
func (f goFile) outside() bool { return f.test() && strings.HasSuffix(f.name, "_test") }

// where is the position as people write it.
func (f goFile) where(at token.Pos) string {
	return f.path + ":" + strconv.Itoa(f.set.Position(at).Line)
}

// forTests tells whether the package serves tests only, as its name says.
func forTests(folder string) bool {
	base := path.Base(folder)
	return base != "test" && strings.HasSuffix(base, "test")
}

// sources parses the repository once for all tests of this file's kind.
var sources = sync.OnceValues(func() ([]goFile, error) {
	var files []goFile
	err := filepath.WalkDir(repository, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(repository, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := readSource(name, filepath.ToSlash(rel))
		files = append(files, f)
		return err
	})
	return files, err
})

func readSource(name, rel string) (goFile, error) {
	f := goFile{path: rel, folder: path.Dir(rel), set: token.NewFileSet()}
	tree, err := parser.ParseFile(f.set, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return f, err
	}
	f.tree, f.name = tree, tree.Name.Name
	for _, i := range tree.Imports {
		word, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return f, err
		}
		f.imports = append(f.imports, spot{word, i.Pos()})
	}
	return f, nil
}

// everyFile gives the parsed files, and fails when there are suspiciously few.
func everyFile(t *testing.T) []goFile {
	t.Helper()
	files, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("only %d Go files found under %s", len(files), repository)
	}
	return files
}

// uses lists where the file names pkg.name, as in time.Now.
func (f goFile) uses(pkg, name string) []token.Pos {
	var out []token.Pos
	ast.Inspect(f.tree, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok || s.Sel.Name != name {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == pkg {
			out = append(out, s.Pos())
		}
		return true
	})
	return out
}
