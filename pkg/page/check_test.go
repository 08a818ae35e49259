package page

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// axePath is axe-core, which looks for barriers to people who do not see a page, or do not use a mouse.
const axePath = "../../.cache/axe/axe.min.js"

// accessible fails for each rule of WCAG 2.1 A and AA, or of good practice, that axe-core finds broken.
func accessible(t *testing.T, b *browser, where string) {
	t.Helper()
	if !eval[bool](b, `!!window.axe`) {
		source, err := os.ReadFile(axePath)
		if err != nil {
			t.Fatalf("axe-core: %v: bash .setup/axe.sh fetches it", err)
		}
		if !strings.HasPrefix(string(source), "/*! axe v") {
			t.Fatalf("%s is not axe-core: bash .setup/axe.sh fetches it", axePath)
		}
		eval[any](b, string(source)+"; 0")
	}
	type result struct {
		Broken []string
		Passed []string
	}
	got := eval[result](b, `axe.run(document, {
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

// unresolved are the page's links to places in itself that are not there.
const unresolved = `[...document.querySelectorAll('a[href^="#"]')].filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.getAttribute("href"))`

// fitsPhone fails where the page scrolls sideways, with what sticks out.
func fitsPhone(t *testing.T, b *browser) {
	t.Helper()
	if got := eval[float64](b, `document.documentElement.scrollWidth`); got > 360 {
		t.Errorf("the page is %v wide on a screen of 360: %q", got, eval[[]string](b, `[...document.querySelectorAll("body *")].filter(e =>
			e.getBoundingClientRect().right > 361 && !e.closest(".sp-box, .spx-scroll")).slice(0, 8).map(e => e.outerHTML.slice(0, 120))`))
	}
}

// sheet is how wide the text of a sheet of A4 is in CSS pixels with PDF's margins.
const sheet = 678

// printsWhole fails where something would be cut at the edge of a sheet, where a table cuts a word, and where a figure prints its twin. It leaves
// the page as on a sheet.
func printsWhole(t *testing.T, b *browser) {
	t.Helper()
	b.media("print", "light")
	defer b.media("", "light")
	type cut struct {
		What  string
		Right float64
	}
	for _, c := range eval[[]cut](b, fmt.Sprintf(`[...document.querySelectorAll("body *")].map(e => ({what: e.outerHTML.slice(0, 150), right: e.getBoundingClientRect().right}))
		.filter(e => e.right > %d.5)`, sheet)) {
		t.Errorf("in print this ends at %v of %d: %s", c.Right, sheet, c.What)
	}
	for _, word := range eval[[]string](b, `[...document.querySelectorAll("table:not(.sp-tight) :is(th, td)")].filter(c => c.getClientRects().length).flatMap(cell => {
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
	for _, id := range eval[[]string](b, `[...document.querySelectorAll("figure")].filter(f => f.getClientRects().length && !(getComputedStyle(f.querySelector("img")).display === "block" &&
		(!f.querySelector(".sp-twin") || getComputedStyle(f.querySelector(".sp-twin")).display === "none"))).map(f => f.id)`) {
		t.Errorf("figure %s prints its twin, or nothing", id)
	}
	for _, text := range eval[[]string](b, `[...document.querySelectorAll(".spx")].map(e => e.innerText.trim())`) {
		if len(text) > 400 || !strings.Contains(text, "The page itself has an instrument here") {
			t.Errorf("an explorer prints more or less than that it is there: %.500q", text)
		}
	}
	if got := eval[int](b, `[...document.querySelectorAll("details.code, .skip, .sp-grid button")].filter(e =>
		e.getClientRects().length && (!e.matches("button") || getComputedStyle(e, "::after").content !== "none")).length`); got != 0 {
		t.Errorf("%d pieces of what only a screen can use are printed", got)
	}
}
