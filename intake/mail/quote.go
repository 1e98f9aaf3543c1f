package mail

import (
	"regexp"
	"strings"
)

// Lines above an earlier mail, as the mail programs in use here write them.
// A forwarded mail is not among them: that is the matter itself.
var (
	separator = regexp.MustCompile(`^[>\s]*-{2,}\s*(原始邮件|原邮件|回复的原邮件|Original Message|Original)\s*-{2,}\s*$`)
	wrote     = regexp.MustCompile(`^\s*((在|于|At|On|On:)\s?.{4,200}(写道|wrote|写信)\s*[:：]|.{0,80}@.{0,80}(写道|于.{4,60}写道)\s*[:：])\s*$`)
	fromLine  = regexp.MustCompile(`^[\s*]*(发件人|寄件人|From)[\s*]*[:：]`)
	sentLine  = regexp.MustCompile(`^[\s*]*(发送时间|发送日期|日期|时间|Sent|Date)[\s*]*[:：]`)
)

// splitQuoted parts what the person wrote from the earlier mail quoted below.
// The tail begins at a separator, at a block of From and Sent lines, or at an
// attribution or quote marks that run to the end. When nothing would be left
// above it, all of it counts as text. Nothing is ever lost: text and tail
// together are the whole.
func splitQuoted(s string) (text, tail string) {
	s = strings.TrimSpace(s)
	lines := strings.Split(s, "\n")
	quotedFrom := quoteRun(lines)
	for i, line := range lines {
		if !startsTail(lines, i, line, quotedFrom) {
			continue
		}
		head := strings.TrimSpace(strings.Join(lines[:i], "\n"))
		if head == "" {
			return s, ""
		}
		return head, strings.TrimSpace(strings.Join(lines[i:], "\n"))
	}
	return s, ""
}

func startsTail(lines []string, i int, line string, quotedFrom int) bool {
	switch {
	case i >= quotedFrom:
		return true
	case separator.MatchString(line):
		return true
	case wrote.MatchString(line):
		return nextNonBlank(lines, i+1) >= quotedFrom
	case fromLine.MatchString(line):
		for j := i + 1; j < len(lines) && j <= i+4; j++ {
			if sentLine.MatchString(lines[j]) {
				return true
			}
		}
	}
	return false
}

// quoteRun is the first line of the quote marks that run to the end, or
// len(lines) if the text ends in something else.
func quoteRun(lines []string) int {
	start := len(lines)
	for i := len(lines) - 1; i >= 0; i-- {
		switch t := strings.TrimSpace(lines[i]); {
		case strings.HasPrefix(t, ">"):
			start = i
		case t != "":
			return start
		}
	}
	return start
}

func nextNonBlank(lines []string, i int) int {
	for i < len(lines) && strings.TrimSpace(lines[i]) == "" {
		i++
	}
	return i
}
