// Command build bundles the browser code of the desk into web/assets/dist:
// app.js and app.css by esbuild from src, and icons.svg, one sprite of the
// icons named in icons.txt. It reads what npm has put into node_modules and
// never the network. Run it from anywhere inside the module, after npm:
//
//	go run ./web/assets/build [folder of the assets]
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

// run builds everything, or nothing: what fails leaves the last good dist.
func run(args []string) error {
	root, err := assetsFolder(args)
	if err != nil {
		return err
	}
	files, err := bundle(root)
	if err != nil {
		return err
	}
	icons, err := sprite(root)
	if err != nil {
		return err
	}
	files["icons.svg"] = icons
	return write(filepath.Join(root, "dist"), files)
}

// assetsFolder is the folder given, or web/assets of the module around the
// working folder.
func assetsFolder(args []string) (string, error) {
	if len(args) > 1 {
		return "", errors.New("at most one argument: the folder that holds package.json")
	}
	if len(args) == 1 {
		return filepath.Abs(args[0])
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return filepath.Join(dir, "web", "assets"), nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the working folder: give the folder that holds package.json")
		}
		dir = up
	}
}

// bundle returns app.js and app.css. Browsers of the last five years are
// enough: the offices' machines run Chromium-based ones.
func bundle(root string) (map[string][]byte, error) {
	_, err := os.Stat(filepath.Join(root, "node_modules"))
	if err != nil {
		return nil, errors.New("node_modules is missing: run make assets, which calls npm ci")
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     root,
		EntryPoints:       []string{"src/app.js", "src/app.css"},
		Outdir:            filepath.Join(root, "dist"),
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2020,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsEndOfFile,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("esbuild found %d errors", len(result.Errors))
	}
	files := make(map[string][]byte, len(result.OutputFiles))
	for _, f := range result.OutputFiles {
		files[filepath.Base(f.Path)] = f.Contents
	}
	return files, nil
}

// write puts each file in place by a rename, so that a reader sees the old
// or the new one whole.
func write(dist string, files map[string][]byte) error {
	err := os.MkdirAll(dist, 0o755)
	if err != nil {
		return err
	}
	for name, body := range files {
		path := filepath.Join(dist, name)
		err := os.WriteFile(path+".new", body, 0o644)
		if err != nil {
			return err
		}
		err = os.Rename(path+".new", path)
		if err != nil {
			return err
		}
		fmt.Printf("%-10s %4d kB\n", name, (len(body)+1023)/1024)
	}
	return nil
}
