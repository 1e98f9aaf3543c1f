package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// svg is what is kept of an icon file: its box and its shapes.
type svg struct {
	ViewBox string `xml:"viewBox,attr"`
	Body    string `xml:",innerxml"`
}

// spacer is the invisible square every Tabler icon begins with.
const spacer = `<path stroke="none" d="M0 0h24v24H0z" fill="none" />`

// sprite joins the icons of icons.txt into one file of symbols. The id of a
// symbol is the icon's name, with "filled/x" as "x-filled". Stroke and fill
// are the page's (class "icon"), so an icon takes the colour of its text.
func sprite(root string) ([]byte, error) {
	names, err := iconNames(filepath.Join(root, "icons.txt"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">` + "\n")
	for _, name := range names {
		symbol, err := symbolOf(root, name)
		if err != nil {
			return nil, err
		}
		b.WriteString(symbol)
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

// iconNames reads the list: one name a line, # begins a remark, no name twice.
func iconNames(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var names []string
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		name, _, _ := strings.Cut(line, "#")
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if seen[name] {
			return nil, fmt.Errorf("icons.txt names %s twice", name)
		}
		seen[name] = true
		names = append(names, name)
	}
	return names, nil
}

// symbolOf reads one icon from @tabler/icons.
func symbolOf(root, name string) (string, error) {
	set, id, paint := "outline", name, `fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"`
	if filled, ok := strings.CutPrefix(name, "filled/"); ok {
		set, name, id, paint = "filled", filled, filled+"-filled", `fill="currentColor"`
	}
	path := filepath.Join(root, "node_modules", "@tabler", "icons", "icons", set, name+".svg")
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("icon %q of icons.txt is not in @tabler/icons: %w", name, err)
	}
	var icon svg
	err = xml.Unmarshal(text, &icon)
	if err != nil {
		return "", fmt.Errorf("icon %q: %w", name, err)
	}
	body := strings.ReplaceAll(icon.Body, spacer, "")
	body = strings.Join(strings.Fields(body), " ")
	return fmt.Sprintf("<symbol id=%q viewBox=%q %s>%s</symbol>\n", id, icon.ViewBox, paint, body), nil
}
