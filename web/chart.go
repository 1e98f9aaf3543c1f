package web

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// barSVG is a horizontal bar of a share from 0 to 1, as wide as its cell. The
// number stands beside it as text; the picture is for the eye alone.
func barSVG(share float64, tone string) template.HTML {
	share = min(max(share, 0), 1)
	// Every part is a number of ours or a tone of ours.
	return template.HTML(fmt.Sprintf(`<svg class="hbar %s" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="%.1f" height="10" rx="1"/></svg>`, html.EscapeString(tone), 100*share))
}

// Series is one colour of a stacked chart.
type Series struct {
	Name string
	Tone int // 0…: the colour, by the style sheet
	N    []int
}

// columnsSVG stacks series into one column a label. Each part names itself and
// its number, for a pointer and for a screen reader; the table beside it has the
// same numbers as links.
func columnsSVG(title string, labels []string, list []Series) template.HTML {
	const width, height, foot = 560, 200, 24
	most := 1
	for i := range labels {
		sum := 0
		for _, s := range list {
			sum += s.N[i]
		}
		most = max(most, sum)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="columns" viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height+foot, html.EscapeString(title))
	step := float64(width) / float64(max(1, len(labels)))
	for i, label := range labels {
		y, sum := float64(height), 0
		for _, s := range list {
			h := float64(height-20) * float64(s.N[i]) / float64(most)
			if s.N[i] == 0 {
				continue
			}
			y -= h
			sum += s.N[i]
			fmt.Fprintf(&b, `<rect class="tone%d" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s · %s: %d</title></rect>`, s.Tone, step*(float64(i)+.18), y, step*.64, h,
				html.EscapeString(label), html.EscapeString(s.Name), s.N[i])
		}
		fmt.Fprintf(&b, `<text class="sum" x="%.1f" y="%.1f">%d</text><text x="%.1f" y="%d">%s</text>`, step*(float64(i)+.5), y-5, sum, step*(float64(i)+.5), height+17, html.EscapeString(label))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// heat is the class of a share in a heat table, from heat0 (worst) to heat5; ""
// for none.
func heat(share float64, ok, lessIsBetter bool) string {
	if !ok {
		return ""
	}
	if lessIsBetter {
		share = 1 - share
	}
	n := 0
	for i, at := range []float64{.6, .75, .85, .92, .97} {
		if share >= at {
			n = i + 1
		}
	}
	return fmt.Sprintf("heat%d", n)
}
