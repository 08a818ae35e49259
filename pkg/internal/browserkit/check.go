package browserkit

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/specialist-nlp/specialist/pkg/checkout"
)

const (
	phoneWidth = 360 // CSS pixels
	// sheetWidth is how wide the text of a sheet of A4 is, in CSS pixels, with the margins of page.PDF.
	sheetWidth = 678
)

// FiguresDrawn is a JavaScript expression: the page is parsed to its end, and plotly.js has drawn every figure of it.
const FiguresDrawn = `document.readyState === "complete" && [...document.querySelectorAll("figure")].every(f => f.classList.contains("sp-live"))`

// Accessible fails for each rule of WCAG 2.1 A and AA, or of good practice, that axe-core finds broken on the page as it is shown; where says
// in which state that is.
func Accessible(t testing.TB, tab *Tab, where string) {
	t.Helper()
	if !Eval[bool](tab, `!!window.axe`) {
		path, _ := checkout.Installed("axe/axe.min.js")
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("axe-core: %v: bash .setup/axe.sh fetches it", err)
		}
		if !strings.HasPrefix(string(source), "/*! axe v") {
			t.Fatalf("%s is not axe-core: bash .setup/axe.sh fetches it", path)
		}
		Eval[any](tab, string(source)+"; 0")
	}
	type result struct {
		Broken []string
		Passed []string
	}
	got := Eval[result](tab, `axe.run(document, {
		runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}, resultTypes: ["violations"],
	}).then(r => ({
		broken: r.violations.map(v => v.id + " (" + v.impact + ", " + v.nodes.length + " times): " + v.help + v.nodes.slice(0, 4).map(n =>
			"\n    " + n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " ") + "\n        " + n.html.slice(0, 200)).join("")),
		passed: r.passes.map(v => v.id),
	}))`)
	for _, broken := range got.Broken {
		t.Errorf("%s: %s", where, broken)
	}
	for _, rule := range []string{"color-contrast", "heading-order", "landmark-one-main", "region", "document-title"} {
		if !strings.Contains(" "+strings.Join(append(got.Passed, got.Broken...), " "), " "+rule) {
			t.Errorf("%s: axe-core did not judge %s, but only %q", where, rule, got.Passed)
		}
	}
}

// UnresolvedLinks returns the page's links to places in itself that are not there.
func UnresolvedLinks(tab *Tab) []string {
	tab.t.Helper()
	return Eval[[]string](tab, `[...document.querySelectorAll('a[href^="#"]')].filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.getAttribute("href"))`)
}

// FitsPhone fails where the page scrolls sideways on a phone, and names what sticks out. The tab shows a phone: see [Tab.Phone].
func FitsPhone(t testing.TB, tab *Tab) {
	t.Helper()
	if got := Eval[float64](tab, `document.documentElement.scrollWidth`); got > phoneWidth {
		t.Errorf("the page is %v wide on a screen of %d: %q", got, phoneWidth, Eval[[]string](tab, fmt.Sprintf(`[...document.querySelectorAll("body *")].filter(e =>
			e.getBoundingClientRect().right > %d && !e.closest(".sp-box, .spx-scroll")).slice(0, 8).map(e => e.outerHTML.slice(0, 120))`, phoneWidth+1)))
	}
}

// Sheet makes the window as wide as the text of a sheet of A4.
func (tab *Tab) Sheet() {
	tab.t.Helper()
	tab.Run(chromedp.EmulateViewport(sheetWidth, 1000))
}

// PrintsWhole fails where print would cut something at the edge of a sheet, cut a word in a table, or show what only a screen can use: an
// interactive figure, the notes of an explorer, code, the buttons of tables. The tab shows a sheet: see [Tab.Sheet].
func PrintsWhole(t testing.TB, tab *Tab) {
	t.Helper()
	tab.Media("print", "light")
	defer tab.Media("", "light")
	type cut struct {
		What  string
		Right float64
	}
	for _, c := range Eval[[]cut](tab, fmt.Sprintf(`[...document.querySelectorAll("body *")].map(e => ({what: e.outerHTML.slice(0, 150), right: e.getBoundingClientRect().right}))
		.filter(e => e.right > %d.5)`, sheetWidth)) {
		t.Errorf("in print this ends at %v of %d: %s", c.Right, sheetWidth, c.What)
	}
	for _, word := range Eval[[]string](tab, `[...document.querySelectorAll("table:not(.sp-tight) :is(th, td)")].filter(c => c.getClientRects().length).flatMap(cell => {
		const cut = [], texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
		while (texts.nextNode()) {
			for (const m of texts.currentNode.data.matchAll(/[\p{L}\p{N}]+/gu)) {
				const range = document.createRange();
				range.setStart(texts.currentNode, m.index);
				range.setEnd(texts.currentNode, m.index + m[0].length);
				if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) cut.push(m[0]);
			}
		}
		return cut;
	})`) {
		t.Errorf("in print a table cuts the word %q", word)
	}
	for _, id := range Eval[[]string](tab, `[...document.querySelectorAll("figure")].filter(f => f.getClientRects().length && !(getComputedStyle(f.querySelector("img")).display === "block" &&
		(!f.querySelector(".sp-twin") || getComputedStyle(f.querySelector(".sp-twin")).display === "none"))).map(f => f.id)`) {
		t.Errorf("figure %s does not print its picture alone", id)
	}
	for _, text := range Eval[[]string](tab, `[...document.querySelectorAll(".spx")].map(e => e.innerText.trim())`) {
		if len(text) > 400 || !strings.Contains(text, "The page itself has an instrument here") {
			t.Errorf("an explorer prints more or less than that it is there: %.500q", text)
		}
	}
	if got := Eval[int](tab, `[...document.querySelectorAll("details.code, .skip, .sp-grid button")].filter(e =>
		e.getClientRects().length && (!e.matches("button") || getComputedStyle(e, "::after").content !== "none")).length`); got != 0 {
		t.Errorf("%d pieces of what only a screen can use are printed", got)
	}
}
