package main

import (
	"io"
	"net"
	"sync"
	"testing"
)

// gate stands before a server outside. Shut, it refuses whoever comes and cuts
// off whoever is inside, as a server or a network that went away does.
type gate struct {
	address, target string
	mu              sync.Mutex
	listener        net.Listener
	inside          map[net.Conn]bool
	running         sync.WaitGroup
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	g := &gate{address: freeAddress(t), target: target, inside: map[net.Conn]bool{}}
	g.open(t)
	t.Cleanup(func() { g.shut(); g.running.Wait() })
	return g
}

func (g *gate) open(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", g.address)
	if err != nil {
		t.Fatal(err)
	}
	g.mu.Lock()
	g.listener = l
	g.mu.Unlock()
	g.running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			g.running.Go(func() { g.pass(c) })
		}
	})
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.listener.Close()
	for c := range g.inside {
		c.Close()
	}
}

// pass joins a visitor to the server until one of them ends.
func (g *gate) pass(c net.Conn) {
	defer c.Close()
	s, err := net.Dial("tcp", g.target)
	if err != nil {
		return
	}
	defer s.Close()
	g.mu.Lock()
	g.inside[c], g.inside[s] = true, true
	g.mu.Unlock()
	var back sync.WaitGroup
	back.Go(func() { _, _ = io.Copy(c, s); c.Close() }) // ends with either side
	_, _ = io.Copy(s, c)
	s.Close()
	back.Wait()
	g.mu.Lock()
	delete(g.inside, c)
	delete(g.inside, s)
	g.mu.Unlock()
}
