//go:build madereport

package report

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/specialist-nlp/specialist/pkg/internal/browserkit"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// TestMade looks at a report that was made, as a reader has it: the folder is named by SPECIALIST_REPORT.
func TestMade(t *testing.T) {
	folder := os.Getenv("SPECIALIST_REPORT")
	if folder == "" {
		t.Fatal("SPECIALIST_REPORT names no report's folder, such as reports/demo")
	}
	file, err := filepath.Abs(filepath.Join(folder, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	address := browserkit.FileAddress(file)
	b := browserkit.Open(t)
	b.Desktop()
	b.Run(chromedp.Navigate(address))
	b.Until(`document.querySelectorAll("figure").length > 0 && ` + browserkit.FiguresDrawn)
	// A table becomes sortable when the script comes to it, which for the explorer's is after the page is complete.
	b.Until(`[...document.querySelectorAll("table.sp-grid")].every(t => [...t.tHead.rows[0].cells].every(head => head.querySelector("button")))`)

	t.Run("parts", func(t *testing.T) {
		if got := browserkit.UnresolvedLinks(b); len(got) > 0 {
			t.Errorf("links lead nowhere: %q", got)
		}
		if got := browserkit.Eval[int](b, `document.querySelectorAll("nav a").length`); got < 3 {
			t.Errorf("the contents have %d parts", got)
		}
		for _, lone := range browserkit.Eval[[]string](b, `[...document.querySelectorAll("#text :is(h2, h3)")].filter(h => !document.querySelector('nav a[href="#' + h.parentElement.id + '"]')).map(h => h.textContent)`) {
			t.Errorf("the contents do not have %q", lone)
		}
		if !browserkit.Eval[bool](b, `(e => e && e === document.querySelector("#text").lastElementChild)(document.querySelector("section#times"))`) {
			t.Error("the times are not the last section")
		}
		for _, img := range browserkit.Eval[[]string](b, `[...document.images].filter(i => !i.alt.trim() || !i.complete || !i.naturalWidth).map(i => i.outerHTML.slice(0, 100))`) {
			t.Errorf("a picture has no text alternative, or does not show: %s", img)
		}
		for _, figure := range browserkit.Eval[[]string](b, `[...document.querySelectorAll("figure")].filter(f => !f.querySelector("figcaption").textContent.trim()).map(f => f.id)`) {
			t.Errorf("figure %s has no caption", figure)
		}
		for _, table := range browserkit.Eval[[]string](b, `[...document.querySelectorAll("table")].filter(t => !t.caption || !t.caption.textContent.trim()).map(t => t.outerHTML.slice(0, 200))`) {
			t.Errorf("a table has no caption: %s", table)
		}
		// What a page holds once.
		if got := browserkit.Eval[[]int](b, `["style.sp-assets", "script.sp-assets", "#specialist-plotly"].map(s => document.querySelectorAll(s).length)`); got[0] != 1 || got[1] != 1 || got[2] != 1 {
			t.Errorf("styles, script and plotly.js stand %v times", got)
		}
	})

	t.Run("every table sorts", func(t *testing.T) {
		for _, wrong := range browserkit.Eval[[]string](b, `[...document.querySelectorAll("table.sp-grid")].flatMap(table => [...table.tHead.rows[0].cells].flatMap((head, column) => {
			const wrong = [], before = table.tBodies[0].rows.length, missing = c => c.hasAttribute("data-missing");
			for (let i = 0; i < 2; i++) {
				head.querySelector("button").click();
				const up = head.getAttribute("aria-sort") === "ascending";
				if (!up && head.getAttribute("aria-sort") !== "descending") wrong.push("is not marked");
				const cells = [...table.tBodies[0].rows].map(r => r.cells[column]), there = cells.filter(c => !missing(c));
				if (cells.length !== before || cells.slice(0, there.length).some(missing)) wrong.push("loses rows, or puts missing ones first");
				const numeric = head.classList.contains("sp-num") && there.every(c => c.hasAttribute("data-sort"));
				if (numeric && there.some((c, j) => j && (up ? 1 : -1) * (c.dataset.sort - there[j - 1].dataset.sort) < 0)) wrong.push("is not in order");
				if (!numeric && there.length > 1 && there[0].textContent.localeCompare(there[there.length - 1].textContent, "en", {numeric: true}) * (up ? 1 : -1) > 0) wrong.push("is not in order");
			}
			if (table.querySelectorAll('[aria-sort]:not([aria-sort="none"])').length !== 1) wrong.push("is not the only one marked");
			return wrong.map(w => table.caption.textContent + ": " + head.textContent + " " + w);
		}))`) {
			t.Error(wrong)
		}
	})

	t.Run("explorer", func(t *testing.T) {
		const count, row = `document.querySelector(".spx-count").textContent`, `document.querySelector(".spx-list tbody tr:nth-child(1)")`
		pickOutcome := func(value string) string {
			return browserkit.Eval[string](b, `(e => { e.value = "`+value+`"; e.dispatchEvent(new Event("change", {bubbles: true})); return `+count+`; })(
				[...document.querySelectorAll(".spx-filter select")].find(s => [...s.options].some(o => o.value === "misread")))`)
		}
		all, misread := pickOutcome(""), pickOutcome("misread")
		if all == misread {
			t.Errorf("all notes and the misread ones are both %q", all)
		}
		b.Run(chromedp.Click(chromedp.CSS(".spx-list tbody tr:nth-child(1) button")))
		if !browserkit.Eval[bool](b, `document.querySelector(".spx-live h4").textContent === "Note " + `+row+`.cells[0].textContent && document.querySelector(".spx-live .spx-text").textContent.length > 20`) {
			t.Error("a note does not open")
		}
	})

	t.Run("accessible", func(t *testing.T) {
		browserkit.Accessible(t, b, "light")
		b.Media("", "dark")
		browserkit.Accessible(t, b, "dark")
		b.Media("", "light")
	})

	t.Run("phone", func(t *testing.T) {
		b.Phone()
		browserkit.FitsPhone(t, b)
		browserkit.Accessible(t, b, "phone")
	})

	t.Run("print", func(t *testing.T) {
		b.Sheet()
		browserkit.PrintsWhole(t, b)
		t.Setenv("TMPDIR", t.TempDir())
		out := filepath.Join(t.TempDir(), "report.pdf")
		if err := page.PDF(t.Context(), file, out); err != nil {
			t.Fatal(err)
		}
		pdf, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		browserkit.CheckPDF(t, pdf, browserkit.Eval[string](b, `document.title`), browserkit.Eval[[]string](b, `[...document.querySelectorAll("#text > section > h2")].map(h => h.textContent)`))
	})
	b.Quiet(address)
}
