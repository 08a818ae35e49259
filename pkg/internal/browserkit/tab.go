package browserkit

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// timeout bounds each action, and each wait for a condition.
const timeout = time.Minute

// Tab is one tab of a browser, as a context of chromedp. It records what its page complains about and what it requests. A method that
// fails ends the test that opened the tab.
type Tab struct {
	context.Context
	t  testing.TB
	mu sync.Mutex
	// complaints are console errors and warnings, exceptions and log entries; requests are the addresses of all requests.
	complaints, requests []string
}

// Chromium returns the path of the browser that CHROME names, else of the first one on PATH that answers, as page.PDF finds it. It fails the
// test where there is none.
func Chromium(t testing.TB) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if chrome := os.Getenv("CHROME"); chrome != "" {
		names = []string{chrome}
	}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err == nil && exec.CommandContext(t.Context(), path, "--version").Run() == nil {
			return path
		}
	}
	t.Fatalf("no Chromium runs under the names %q: apt-get install chromium, or CHROME=/path/to/chrome", names)
	return ""
}

// Open starts a browser that closes when the test ends. It reaches files and this machine, and no other host; options add to its flags.
func Open(t testing.TB, options ...chromedp.ExecAllocatorOption) *Tab {
	t.Helper()
	all := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	}, options)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), all...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	tab := &Tab{Context: ctx, t: t}
	if err := chromedp.Listen(ctx, tab.record); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return tab
}

// record keeps the events that Quiet judges.
func (tab *Tab) record(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") {
			tab.requests = append(tab.requests, u)
		}
	case *runtime.EventConsoleAPICalled:
		switch e.Type {
		case runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeWarning, runtime.ConsoleAPICalledTypeAssert:
			text := string(e.Type)
			for _, a := range e.Args {
				text += " " + string(a.Value) + a.Description
			}
			tab.complaints = append(tab.complaints, text)
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		tab.complaints = append(tab.complaints, text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			tab.complaints = append(tab.complaints, e.Entry.Text)
		}
	}
}

// Run runs actions, which together have to end within a minute.
func (tab *Tab) Run(actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab, timeout)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		tab.t.Fatal(err)
	}
}

// Until waits for a JavaScript expression to be true, for up to a minute.
func (tab *Tab) Until(expression string) {
	tab.t.Helper()
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if Eval[bool](tab, `!!(`+expression+`)`) {
			return
		}
	}
	text := tab.Text() // before the lock, which the browser's events wait for
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.t.Fatalf("after %v this is not true: %s; the page complains: %q; its text ends: %q", timeout, expression, tab.complaints, text)
}

// Eval returns the value of a JavaScript expression; of a promise, the value it resolves to.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("%.2000s: %v", expression, err)
	}
	return v
}

// Text returns the last 3,000 characters of the page's text, or why there are none, for the message of a failed test.
func (tab *Tab) Text() string {
	text, err := chromedp.Run(tab, chromedp.Evaluate[string](`document.body.innerText.slice(-3000)`))
	if err != nil {
		return err.Error()
	}
	return text
}

// Media shows the page as in print ("print") or on a screen (""), in the scheme "light" or "dark".
func (tab *Tab) Media(name, scheme string) {
	tab.t.Helper()
	_, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: name, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		tab.t.Fatal(err)
	}
}

// DisableScripts keeps the scripts of pages from running.
func (tab *Tab) DisableScripts() {
	tab.t.Helper()
	if _, err := chromedp.Call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		tab.t.Fatal(err)
	}
}

// Desktop makes the window 1280 by 900 CSS pixels.
func (tab *Tab) Desktop() {
	tab.t.Helper()
	tab.Run(chromedp.EmulateViewport(1280, 900))
}

// Phone makes the window that of a phone, 360 by 740 CSS pixels.
func (tab *Tab) Phone() {
	tab.t.Helper()
	tab.Run(chromedp.EmulateViewport(phoneWidth, 740, chromedp.EmulateMobile))
}

// Quiet fails the test if a page has written a warning or an error, or has requested anything but the given address.
func (tab *Tab) Quiet(address string) {
	tab.t.Helper()
	tab.mu.Lock()
	defer tab.mu.Unlock()
	for _, c := range tab.complaints {
		tab.t.Error("the page complains:", c)
	}
	if len(tab.requests) == 0 || slices.ContainsFunc(tab.requests, func(r string) bool { return r != address }) {
		tab.t.Errorf("the page requested %q, want only itself", tab.requests)
	}
}
