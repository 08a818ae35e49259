package explorer

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/browserkit"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// writePage writes a page with explorers in a section of a chapter, and returns its path and its address.
func writePage(t *testing.T, explorers ...page.Block) (path, address string) {
	t.Helper()
	body, err := page.Join(explorers...)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	p := page.Page{Title: "A report", Sections: []page.Section{{ID: "errors", Title: "Errors", Level: 1}, {ID: "notes", Title: "Walk into the notes", Body: body}}}
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return browserkit.WritePage(t, b.Bytes())
}

// samplePage writes a page with two explorers.
func samplePage(t *testing.T) (path, address string) {
	t.Helper()
	second := sampleExplorer()
	second.ID, second.Title, second.Query = "second", "The same again", Query{}
	return writePage(t, sampleExplorer(), second)
}

// live is a JavaScript expression: the script has taken over every explorer.
const live = `document.querySelectorAll("section.spx").length > 0 && [...document.querySelectorAll(".spx-live")].every(e => !e.hidden)`

// pick sets the control of the first explorer whose label begins with the given words, as a person would.
func pick(t *testing.T, b *browserkit.Tab, label, value string) {
	t.Helper()
	if got := browserkit.Eval[string](b, `(() => {
		const label = [...document.querySelectorAll("#walk .spx-filter label")].find(l => l.textContent.startsWith(`+browserkit.Quote(label)+`));
		const el = label.querySelector("select, input");
		if (el.tagName === "SELECT") {
			const option = [...el.options].find(o => o.text.startsWith(`+browserkit.Quote(value)+`));
			if (!option) return "no option among " + [...el.options].map(o => o.text).join("|");
			el.value = option.value;
			el.dispatchEvent(new Event("change", {bubbles: true}));
		} else {
			el.value = `+browserkit.Quote(value)+`;
			el.dispatchEvent(new Event("input", {bubbles: true}));
		}
		return "";
	})()`); got != "" {
		t.Fatalf("%s: %s", label, got)
	}
}

// retainedText is what the open note of the first explorer shows, without the marks of where the model read.
const retainedText = `[...document.querySelector("#walk .spx-live .spx-text").childNodes].filter(e => e.className !== "spx-cut").map(e => e.textContent).join("")`

func TestExplorerInBrowser(t *testing.T) {
	_, address := samplePage(t)
	b := browserkit.Open(t)
	b.Desktop()
	b.Run(chromedp.Navigate(address))
	b.Until(`document.querySelectorAll("section.spx").length === 2 && ` + live)
	state := func() (total string, ids []string) {
		return browserkit.Eval[string](b, `document.querySelector("#walk .spx-count").textContent`),
			browserkit.Eval[[]string](b, `[...document.querySelectorAll("#walk .spx-list tbody th")].map(e => e.textContent)`)
	}
	said := func() string {
		return browserkit.Eval[string](b, `document.querySelector("#walk .spx-said").textContent`)
	}
	e := sampleExplorer()

	t.Run("the default selection", func(t *testing.T) {
		total, ids := state()
		if total != "20 of 60 notes; 20 misread." || len(ids) != 20 || ids[0] != "note-00" || ids[19] != "note-57" {
			t.Errorf("%q, %q", total, ids)
		}
		if got := browserkit.Eval[string](b, `document.querySelector("#second .spx-count").textContent`); got != "60 of 60 notes; 20 misread." {
			t.Errorf("the second explorer has %q", got)
		}
		if got := browserkit.Eval[int](b, `[...document.querySelectorAll(".spx-still")].filter(e => e.offsetHeight).length`); got != 0 {
			t.Error("what is for pages without scripts shows as well")
		}
	})

	t.Run("filters", func(t *testing.T) {
		for _, step := range []struct {
			label, value, total string
			first               string
		}{
			{"Outcome", "any", "60 of 60 notes; 20 misread.", "note-00"},
			{"True label", specialties[1] + " (12)", "12 of 60 notes; 4 misread.", "note-01"},
			{"Slice by", "Year", "12 of 60 notes; 4 misread.", "note-01"},
			{"Value", "2007 (15)", "3 of 60 notes; 1 misread.", "note-06"},
			{"Confidence from", "60", "2 of 60 notes; 1 misread.", "note-06"},
			{"Confidence up to", "80", "1 of 60 notes; 0 misread.", "note-26"},
			{"Predicted label", specialties[11], "None of the 60 notes matches. Widen the confidence range or clear a choice.", ""},
			{"True label", "Autopsy (0)", "None of the 60 notes matches. No note here is filed under Autopsy.", ""},
		} {
			pick(t, b, step.label, step.value)
			total, ids := state()
			if total != step.total || len(ids) > 0 != (step.first != "") || len(ids) > 0 && ids[0] != step.first {
				t.Errorf("%s %s: %q, %q; want %q and %q first", step.label, step.value, total, ids, step.total, step.first)
			}
		}
		// A range stays one.
		pick(t, b, "Confidence from", "90")
		if got := browserkit.Eval[string](b, `document.querySelectorAll("#walk input[type=range]")[1].value`); got != "90" {
			t.Errorf("from 90 %% up to %s %%", got)
		}
		b.Run(chromedp.Click(chromedp.CSS("#walk .spx-filter button")))
		if total, ids := state(); total != "60 of 60 notes; 20 misread." || len(ids) != 60 {
			t.Errorf("cleared: %q", total)
		}
	})

	t.Run("the list sorts", func(t *testing.T) {
		b.Run(chromedp.Click(chromedp.CSS("#walk .spx-list thead th:nth-child(6) button")))
		_, ids := state()
		if got := browserkit.Eval[string](b, `document.querySelector("#walk .spx-list th:nth-child(6)").getAttribute("aria-sort")`); got != "descending" || ids[0] < "note-56" {
			t.Errorf("longest first, %s: %q", got, ids[:5])
		}
		b.Run(chromedp.Click(chromedp.CSS("#walk .spx-list thead th:nth-child(4) button")))
		if _, ids := state(); ids[0] != "note-00" {
			t.Errorf("most confident first: %q", ids[:5])
		}
	})

	t.Run("a note opens by keyboard", func(t *testing.T) {
		b.Run(chromedp.Focus(chromedp.CSS("#walk .spx-list tbody tr:nth-child(28) button")), chromedp.KeyEvent(kb.Enter))
		n := e.Notes[27]
		if got := browserkit.Eval[string](b, `document.activeElement.textContent`); got != "Note note-27" {
			t.Fatalf("the focus is on %q", got)
		}
		if got := browserkit.Eval[string](b, retainedText); got != n.Text {
			t.Errorf("its text is %q", got)
		}
		type shade struct{ Text, Colour, Before string }
		for i, want := range []struct{ text, class string }{{"shortness", "spx-for"}, {"breath", "spx-for"}, {"café", "spx-against"}, {"🫁", "spx-for"}} {
			got := browserkit.Eval[shade](b, `(e => ({text: e.textContent, colour: getComputedStyle(e).backgroundColor, before: e.className}))(
				document.querySelectorAll("#walk .spx-live .spx-text :is(.spx-for, .spx-against)")[`+browserkit.Quote(strings.Repeat("x", i))+`.length])`)
			if got.Text != want.text || got.Before != want.class || got.Colour == "rgba(0, 0, 0, 0)" {
				t.Errorf("shaded %+v, want %v", got, want)
			}
		}
		if got := browserkit.Eval[string](b, `document.querySelector("#walk .spx-live .spx-unread").textContent`); got != n.Text[n.To:] {
			t.Errorf("what the model did not read is %q", got)
		}
		about := browserkit.Eval[string](b, `document.querySelector("#walk .spx-live .spx-about").innerText`)
		for _, want := range []string{n.Labels[0], n.Top[0].Label, "68.0\u00a0%", "749 characters", "11.1 % of it", "HISTORY, PLAN"} {
			if !strings.Contains(about, want) {
				t.Errorf("no %q in %q", want, about)
			}
		}
		b.Run(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
		if got := browserkit.Eval[string](b, `document.querySelector("#walk .spx-live h4").textContent`); got != "Note note-28" {
			t.Errorf("next is %q", got)
		}
	})

	t.Run("a hostile note is text", func(t *testing.T) {
		b.Run(chromedp.Click(chromedp.CSS("#walk .spx-list tbody tr:nth-child(8)")))
		if got := browserkit.Eval[string](b, retainedText); got != hostile {
			t.Errorf("its text is %q", got)
		}
		if got := browserkit.Eval[string](b, `String(window.broken) + document.querySelectorAll(".spx img, .spx b").length`); got != "undefined0" {
			t.Errorf("it did something: %s", got)
		}
	})

	t.Run("a correction is downloaded", func(t *testing.T) {
		box := func(label string) {
			browserkit.Eval[any](b, `[...document.querySelectorAll("#walk .spx-labels label")].find(l => l.textContent === `+browserkit.Quote(label)+`).querySelector("input").click()`)
		}
		own := e.Notes[7].Labels[0]
		box(own)
		b.Run(chromedp.Click(chromedp.CSS("#walk .spx-main")))
		if got := said(); got != "Pick at least one label." {
			t.Errorf("without labels: %q", got)
		}
		box(specialties[30])
		box(e.Labels[40])
		b.Run(chromedp.Click(chromedp.CSS("#walk .spx-main")))
		if got := said(); got != "Say why: the comment is empty." {
			t.Errorf("without a comment: %q", got)
		}
		b.Run(chromedp.SendKeys(chromedp.CSS("#walk textarea"), "  it says </script> & \"so\", naïve  "), chromedp.Click(chromedp.CSS("#walk .spx-main")))
		if got := said(); got != "Kept in this page until you download it below." {
			t.Errorf("kept: %q", got)
		}
		line := download(t, b, `document.querySelector("#walk .spx-state button:not([hidden])").click()`)
		var got map[string]any
		if err := json.Unmarshal(line, &got); err != nil || !bytes.HasSuffix(line, []byte("\n")) || bytes.Count(line, []byte("\n")) != 1 {
			t.Fatalf("%q: %v", line, err)
		}
		at, err := time.Parse(time.RFC3339, got["time"].(string))
		if err != nil || time.Since(at).Abs() > time.Hour {
			t.Errorf("the time is %v, %v", got["time"], err)
		}
		delete(got, "time")
		want := map[string]any{
			"note_id": "note-07", "text_sha256": e.Notes[7].Key, "corpus_hash": "c0ffee", "gold": []any{own}, "predicted": e.Notes[7].Top[0].Label,
			"labels": []any{e.Labels[40], specialties[30]}, "comment": `it says </script> & "so", naïve`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if got := browserkit.Eval[string](b, `document.querySelector("#walk .spx-list tbody tr:nth-child(8)").textContent`); !strings.Contains(got, "→ "+specialties[30]+", "+e.Labels[40]) {
			t.Errorf("the list does not show the correction: %q", got)
		}
	})

	t.Run("a phone does not scroll sideways", func(t *testing.T) {
		b.Phone()
		browserkit.FitsPhone(t, b)
	})
	b.Quiet(address)
}

// TestExplorerIsLabelled: every control has a name, and every scrolling part can be reached from the keyboard.
func TestExplorerIsLabelled(t *testing.T) {
	b := browserkit.Open(t)
	_, address := samplePage(t)
	b.Run(chromedp.Navigate(address))
	b.Until(live)
	for _, unnamed := range browserkit.Eval[[]string](b, `[...document.querySelectorAll(".spx-live :is(button, select, input, textarea)")]
		.filter(e => !(e.labels && [...e.labels].some(l => l.textContent.trim())) && !e.textContent.trim() && !e.hidden).map(e => e.outerHTML)`) {
		t.Errorf("%s has no name", unnamed)
	}
	for _, out := range browserkit.Eval[[]string](b, `[...document.querySelectorAll(".spx-live .spx-scroll, .spx-live .spx-text")]
		.filter(e => e.tabIndex !== 0 || !e.getAttribute("aria-label")).map(e => e.className)`) {
		t.Errorf("%s cannot be reached, or has no name", out)
	}
}

// TestExplorerWithoutScripts: the selection and the open note are there.
func TestExplorerWithoutScripts(t *testing.T) {
	b := browserkit.Open(t)
	b.DisableScripts()
	_, address := samplePage(t)
	b.Run(chromedp.Navigate(address))
	shown, err := chromedp.Run(b, chromedp.Text(chromedp.CSS("#walk")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"20 of 60 notes, outcome: misread; 20 misread", "note-57", "Note note-00", "shortness of breath"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in %q", want, shown)
		}
	}
}

// TestExplorerIsAccessible runs axe-core on a page with one explorer, as the report is, on a screen of each kind.
func TestExplorerIsAccessible(t *testing.T) {
	_, address := writePage(t, sampleExplorer())
	b := browserkit.Open(t)
	b.Desktop()
	b.Run(chromedp.Navigate(address))
	b.Until(live)
	for _, scheme := range []string{"light", "dark"} {
		b.Media("", scheme)
		browserkit.Accessible(t, b, scheme)
	}
	b.Phone()
	browserkit.Accessible(t, b, "phone")
}

// TestExplorerPrints: paper has no part of the explorer but the line that names it, with scripts and without.
func TestExplorerPrints(t *testing.T) {
	path, address := samplePage(t)
	b := browserkit.Open(t)
	b.Sheet()
	b.Run(chromedp.Navigate(address))
	b.Until(live)
	browserkit.PrintsWhole(t, b)
	out := filepath.Join(t.TempDir(), "page.pdf")
	if err := page.PDF(t.Context(), path, out); err != nil {
		t.Fatal(err)
	}
	pdf, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	browserkit.CheckPDF(t, pdf, "A report", []string{"Errors", "Walk into the notes"})
	b.DisableScripts()
	b.Run(chromedp.Reload())
	browserkit.PrintsWhole(t, b)
}

// download runs a script and returns the file that it makes the browser keep.
func download(t *testing.T, b *browserkit.Tab, script string) []byte {
	t.Helper()
	dir := t.TempDir()
	if _, err := chromedp.Call(b, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
	}); err != nil {
		t.Fatal(err)
	}
	browserkit.Eval[any](b, script)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if content, err := os.ReadFile(filepath.Join(dir, "corrections.jsonl")); err == nil && len(content) > 0 {
			return content
		}
	}
	t.Fatal("nothing was downloaded")
	return nil
}
