package mail

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// scriptedServer is an IMAP server that misbehaves as told: what no real
// server here does on demand.
type scriptedServer struct {
	t         *testing.T
	addr      string
	letters   []scriptedLetter
	requireID bool
	badDate   bool
	silent    string // the command that gets no answer

	mu       sync.Mutex
	commands []string
}

// scriptedLetter is one message and how the server fails on it.
type scriptedLetter struct {
	uid   int
	raw   string
	fault string // "", drop, refuse, body first, gone, huge
}

func (s *scriptedServer) start(t *testing.T) *scriptedServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.t, s.addr = t, ln.Addr().String()
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() { ln.Close(); conns.Wait() })
	return s
}

func (s *scriptedServer) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewScanner(c)
	out := bufio.NewWriter(c)
	fmt.Fprint(out, "* OK [CAPABILITY IMAP4rev1 ID] ready\r\n")
	out.Flush()
	identified := false
	for in.Scan() {
		tag, command, _ := strings.Cut(in.Text(), " ")
		s.note(command)
		verb, args, _ := strings.Cut(command, " ")
		if s.silent != "" && verb == s.silent {
			continue
		}
		status := "OK done"
		switch verb {
		case "CAPABILITY":
			fmt.Fprint(out, "* CAPABILITY IMAP4rev1 ID\r\n")
		case "ID":
			identified = true
			fmt.Fprint(out, "* ID NIL\r\n")
		case "EXAMINE":
			if s.requireID && !identified {
				status = "NO EXAMINE Unsafe Login. Please contact the provider for help"
				break
			}
			fmt.Fprintf(out, "* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n", len(s.letters), s.letters[len(s.letters)-1].uid+1)
		case "UID", "FETCH":
			var drop bool
			status, drop = s.uidOrFetch(out, verb, args)
			if drop {
				out.Flush()
				return
			}
		case "LOGOUT":
			fmt.Fprint(out, "* BYE\r\n")
		}
		fmt.Fprintf(out, "%s %s\r\n", tag, status)
		out.Flush()
	}
}

func (s *scriptedServer) uidOrFetch(out *bufio.Writer, verb, args string) (status string, drop bool) {
	if verb == "UID" && strings.HasPrefix(args, "SEARCH ") {
		fmt.Fprint(out, "* SEARCH")
		for _, l := range s.letters {
			fmt.Fprintf(out, " %d", l.uid)
		}
		fmt.Fprint(out, "\r\n")
		return "OK done", false
	}
	args = strings.TrimPrefix(args, "FETCH ")
	set, items, _ := strings.Cut(args, " ")
	status = "OK done"
	for i, l := range s.letters {
		n := l.uid
		if verb == "FETCH" {
			n = i + 1
		}
		if !inSet(set, n) || l.fault == "gone" {
			continue
		}
		if !strings.Contains(items, "BODY.PEEK[]") {
			s.writeMeta(out, i, l, items)
			continue
		}
		switch l.fault {
		case "drop":
			fmt.Fprintf(out, "* %d FETCH (UID %d BODY[] {%d}\r\n%s", i+1, l.uid, len(l.raw), l.raw[:len(l.raw)/2])
			return "", true
		case "refuse":
			status = "NO [SERVERBUG] internal error"
		case "body first":
			fmt.Fprintf(out, "* %d FETCH (BODY[] {%d}\r\n%s UID %d)\r\n", i+1, len(l.raw), l.raw, l.uid)
		default:
			fmt.Fprintf(out, "* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n", i+1, l.uid, len(l.raw), l.raw)
		}
	}
	return status, false
}

func (s *scriptedServer) writeMeta(out *bufio.Writer, i int, l scriptedLetter, items string) {
	size := len(l.raw)
	if l.fault == "huge" {
		size = 200 << 20
	}
	date := ""
	if strings.Contains(items, "INTERNALDATE") {
		date = ` INTERNALDATE " 4-Mar-2025 09:15:00 +0800"`
		if s.badDate {
			date = ` INTERNALDATE "someday"`
		}
	}
	fmt.Fprintf(out, "* %d FETCH (UID %d RFC822.SIZE %d%s)\r\n", i+1, l.uid, size, date)
}

func (s *scriptedServer) note(command string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = append(s.commands, command)
}

// seen returns the commands received, joined by newlines.
func (s *scriptedServer) seen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.commands, "\n")
}

func inSet(set string, n int) bool {
	for _, r := range strings.Split(set, ",") {
		from, to, ranged := strings.Cut(r, ":")
		lo, _ := strconv.Atoi(from)
		hi := lo
		if ranged {
			hi, _ = strconv.Atoi(to)
		}
		if n >= lo && n <= hi {
			return true
		}
	}
	return false
}
