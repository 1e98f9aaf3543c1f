package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"hotline/cmd/hotline/demo"
)

// patience is how long a browser may wait for what must appear. Machines of CI
// are slow; a page that never comes ends the test all the same.
const patience = 30 * time.Second

// browser is a real Chromium. Without one the test fails: it is never skipped.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "zh-CN"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeAll := chromedp.NewContext(allocator)
	t.Cleanup(closeAll)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start (scripts/install test installs it): %v", err)
	}
	return ctx
}

// person is somebody at a browser of their own, with their own cookies.
type person struct {
	t    *testing.T
	who  string
	base string
	ctx  context.Context
}

// visitor opens a desktop window.
func visitor(t *testing.T, ctx context.Context, d *desk, who string) *person {
	t.Helper()
	own, stop := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	p := &person{t: t, who: who, base: d.base, ctx: own}
	if err := chromedp.Do(own, chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatal(err)
	}
	return p
}

// phone makes the window as small as a phone's.
func (p *person) phone() *person {
	p.t.Helper()
	p.do("hold a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	return p
}

// signIn opens an account of the demo.
func signIn(t *testing.T, ctx context.Context, d *desk, login string) *person {
	t.Helper()
	p := visitor(t, ctx, d, login)
	p.open("/sign-in")
	p.fill("#login", login)
	p.fill("#password", demo.Password)
	p.press("//form[@action='/sign-in']//button")
	p.sees("退出")
	return p
}

func (p *person) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s could not %s: %v\n%s", p.who, what, err, p.page())
	}
}

// page is the visible text, for messages.
func (p *person) page() string {
	ctx, stop := context.WithTimeout(p.ctx, 5*time.Second)
	defer stop()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.href + '\\n' + document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return text[:min(len(text), 3000)]
}

func (p *person) open(path string) {
	p.t.Helper()
	p.do("open "+path, chromedp.Navigate(p.base+path))
}

// fill types over what a field holds.
func (p *person) fill(selector, text string) {
	p.t.Helper()
	p.do("fill in "+selector, chromedp.SetValue(chromedp.CSS(selector), text, chromedp.NodeVisible))
}

// choose picks the option whose text begins with the words, once it is there.
func (p *person) choose(selector, words string) {
	p.t.Helper()
	p.waitFor(fmt.Sprintf("choose %s at %s", words, selector), fmt.Sprintf(`(() => {
		const list = document.querySelector(%q);
		const option = list && [...list.options].find((o) => o.text.startsWith(%q));
		if (!option) return false;
		list.value = option.value;
		list.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`, selector, words))
}

// click presses what leads to no other page.
func (p *person) click(xpath string) {
	p.t.Helper()
	p.do("click "+xpath, chromedp.Click(chromedp.Search(xpath), chromedp.NodeVisible))
}

// press presses what leads to another page, and waits for it.
func (p *person) press(xpath string) {
	p.t.Helper()
	p.do("press "+xpath, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.Search(xpath), chromedp.NodeVisible))
		return err
	}))
}

// waitFor asks the page until the expression is true.
func (p *person) waitFor(what, expression string) {
	p.t.Helper()
	p.until(what, func(ctx context.Context) bool {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		return err == nil && ok
	})
}

// until asks again and again, with a deadline.
func (p *person) until(what string, ask func(ctx context.Context) bool) {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ask(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("%s could not %s within %s\n%s", p.who, what, patience, p.page())
		}
	}
}

// sees waits until the page shows the words.
func (p *person) sees(words string) {
	p.t.Helper()
	p.waitFor("see "+words, fmt.Sprintf("document.body.innerText.includes(%q)", words))
}

// reloadsUntil opens a page again until it shows the words.
func (p *person) reloadsUntil(path, words string) {
	p.t.Helper()
	p.until("see "+words+" at "+path, func(ctx context.Context) bool {
		text, err := "", chromedp.Do(ctx, chromedp.Navigate(p.base+path))
		if err == nil {
			text, err = chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
		}
		return err == nil && strings.Contains(text, words)
	})
}

// text is what an element shows.
func (p *person) text(selector string) string {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector), chromedp.NodeVisible))
	if err != nil {
		p.t.Fatalf("%s could not read %s: %v\n%s", p.who, selector, err, p.page())
	}
	return strings.TrimSpace(text)
}

// fits fails when the page is wider than its window.
func (p *person) fits() {
	p.t.Helper()
	p.waitFor("read without scrolling sideways", "document.documentElement.scrollWidth <= innerWidth")
}
