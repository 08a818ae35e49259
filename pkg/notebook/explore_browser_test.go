package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/internal/browserkit"
)

// exploreCell is a cell as a notebook has it: what it shows is on disk.
const exploreCell = `
%noautoget
import (
	"context"
	"encoding/json"
	"os"

	"github.com/specialist-nlp/specialist/pkg/demo"
	"github.com/specialist-nlp/specialist/pkg/erroranalysis"
	"github.com/specialist-nlp/specialist/pkg/notebook"
)

func explore(ctx context.Context) error {
	c, err := demo.Sized(7, 200)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile("analysis.json")
	if err != nil {
		return err
	}
	var a erroranalysis.Analysis
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	raw, err = os.ReadFile("readings.json")
	if err != nil {
		return err
	}
	var readings map[string]notebook.Reading
	if err := json.Unmarshal(raw, &readings); err != nil {
		return err
	}
	e, err := notebook.Explorer(&a, c, readings, nil, "corrections.jsonl")
	if err != nil {
		return err
	}
	return notebook.Explore(ctx, e, "corrections.jsonl", notebook.Keep(&a, "corrections.jsonl"))
}

%%
notebook.Run(explore)
`

// exploreFolder writes what the cell reads, and returns the folder and the analysis.
func exploreFolder(t *testing.T) (string, *erroranalysis.Analysis) {
	t.Helper()
	c, a := exploredAnalysis(t)
	dir := t.TempDir()
	for name, data := range map[string]any{"analysis.json": a, "readings.json": exploredReadings(c, a)} {
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, a
}

// TestExploreInJupyterLab drives a real JupyterLab: the cell runs, filters answer, a note opens, corrections are saved or refused, and the
// cell ends when it is told to, and when its page goes.
func TestExploreInJupyterLab(t *testing.T) {
	dir, a := exploreFolder(t)
	path := filepath.Join(dir, "corrections.jsonl")
	writeNotebook(t, filepath.Join(dir, "explore.ipynb"), exploreCell)
	l := openLab(t, dir)
	l.open("explore.ipynb")
	l.execute()
	const serving = `document.querySelector(".spx-state")?.textContent.startsWith("Corrections are saved to corrections.jsonl")`
	l.Until(serving)
	text := func(selector string) string {
		return browserkit.Eval[string](l.Tab, `document.querySelector(`+browserkit.Quote(selector)+`).textContent`)
	}

	// The misread notes, then all, then those of one label.
	misread := matching(a, func(one erroranalysis.Case) bool { return !one.Valid })
	if want := fmt.Sprintf("%d of 100 notes; %d misread.", len(misread), len(misread)); text(".spx-count") != want {
		t.Errorf("at first %q, want %q", text(".spx-count"), want)
	}
	label := a.Cases[3].Gold[0]
	own := matching(a, func(one erroranalysis.Case) bool { return slices.Contains(one.Gold, label) })
	took := browserkit.Eval[float64](l.Tab, `(() => {
		const [gold,,,, outcome] = document.querySelectorAll(".spx-filter select"), start = performance.now();
		outcome.value = "";
		outcome.dispatchEvent(new Event("change"));
		gold.value = [...gold.options].find(o => o.text.startsWith(`+browserkit.Quote(label+" (")+`)).value;
		gold.dispatchEvent(new Event("change"));
		document.body.getBoundingClientRect();
		return performance.now() - start;
	})()`)
	t.Logf("two filters took %.0f ms", took)
	rows := browserkit.Eval[[]string](l.Tab, `[...document.querySelectorAll(".spx-list tbody th")].map(e => e.textContent)`)
	slices.Sort(rows)
	if !slices.Equal(rows, own) || !strings.HasPrefix(text(".spx-count"), fmt.Sprintf("%d of 100 notes;", len(own))) {
		t.Errorf("filed under %s: %q and %q, want %q", label, text(".spx-count"), rows, own)
	}

	// A note opens, with its words shaded, and its letters do not go to JupyterLab's own shortcuts.
	one := a.Cases[3]
	l.Run(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".spx-list tbody button")].find(b => b.textContent === ` + browserkit.Quote(one.ID) + `).click()`))
	if got := text(".spx-live h4"); got != "Note "+one.ID {
		t.Fatalf("%q is open", got)
	}
	if got := browserkit.Eval[int](l.Tab, `document.querySelectorAll(".spx-live .spx-text .spx-for, .spx-live .spx-text .spx-against").length`); got != 2 {
		t.Errorf("%d words are shaded, want 2", got)
	}
	cells := browserkit.Eval[int](l.Tab, `document.querySelectorAll(".jp-Cell").length`)
	if got := browserkit.Eval[string](l.Tab, `document.activeElement.textContent`); got != "Note "+one.ID {
		t.Errorf("the focus is on %q", got)
	}
	l.Run(chromedp.KeyEvent("ddabx"))
	l.Run(chromedp.SendKeys(chromedp.CSS(".spx textarea"), "ddabx <it> is & was"))
	if got := browserkit.Eval[int](l.Tab, `document.querySelectorAll(".jp-Cell").length`); got != cells {
		t.Errorf("typing left %d cells of %d", got, cells)
	}

	l.picture("explorer.png")

	// Its correction is saved, then another one refused, because the file is damaged.
	other := a.Labels[(slices.Index(a.Labels, one.Labels[0])+1)%len(a.Labels)]
	pick := `[...document.querySelectorAll(".spx-labels label")].find(l => l.textContent === ` + browserkit.Quote(other) + `).querySelector("input").click()`
	l.Run(chromedp.Evaluate[chromedp.Void](pick), chromedp.Click(chromedp.CSS(".spx-main")))
	l.Until(`document.querySelector(".spx-said").textContent.startsWith("Saved: ")`)
	got, err := erroranalysis.ReadCorrections(path, a.Labels)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(slices.Values(append(slices.Clone(one.Labels), other)))
	if len(got) != 1 || got[0].ID != one.ID || !slices.Equal(got[0].Labels, want) || got[0].Comment != "ddabx <it> is & was" || got[0].TextSHA256 != one.TextSHA256 {
		t.Errorf("saved %+v, want %v for %q", got, want, one.ID)
	}
	damaged, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged = append(damaged, "no correction\n"...)
	if err := os.WriteFile(path, damaged, 0o644); err != nil {
		t.Fatal(err)
	}
	l.Run(chromedp.Click(chromedp.CSS(".spx-main")))
	l.Until(`document.querySelector(".spx-said.spx-bad")`)
	if got := text(".spx-said"); !strings.Contains(got, "line 2: not a correction") || !strings.Contains(got, "corrections.jsonl") {
		t.Errorf("refused with %q", got)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, damaged) {
		t.Errorf("the damaged file was changed: %v", err)
	}

	// The cell ends without an error, and what it showed stays usable.
	l.Run(chromedp.Click(chromedp.CSS(".spx-state button:not([hidden])")))
	l.Until(`document.querySelector(".jp-CodeCell .jp-InputPrompt").textContent.includes("[1]")`)
	if got := text(".spx-state"); !strings.HasPrefix(got, "The cell has ended;") || !strings.Contains(got, "downloaded as corrections.jsonl") {
		t.Errorf("at the end it says %q", got)
	}
	if got := browserkit.Eval[int](l.Tab, `document.querySelectorAll(".jp-OutputArea-output[data-mime-type$=stderr]").length`); got != 0 {
		t.Error("the cell ended with an error")
	}

	// A page that goes ends its cell.
	l.execute()
	l.Until(serving)
	l.Run(chromedp.Reload())
	l.wait("the kernel to be idle", func() bool { return l.kernel() == "idle" })
}

// matching returns the ids of cases, sorted.
func matching(a *erroranalysis.Analysis, wanted func(one erroranalysis.Case) bool) []string {
	var ids []string
	for _, one := range a.Cases {
		if wanted(one) {
			ids = append(ids, one.ID)
		}
	}
	return ids
}
