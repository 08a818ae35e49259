package notebook

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/specialist-nlp/specialist/pkg/internal/browserkit"
)

// TestSavingInJupyterLabChangesNothing opens a notebook of the repository, as it is committed, and saves it. Nothing has asked the reader
// anything meanwhile.
func TestSavingInJupyterLabChangesNothing(t *testing.T) {
	const name = "05_errors.ipynb"
	want, err := os.ReadFile(filepath.Join("../../notebooks", name))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, want, 0o644); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	l := openLab(t, filepath.Dir(path))
	l.open(name)
	click := func(button string) {
		l.Run(chromedp.Click(chromedp.CSS(`[data-jp-item-name="` + button + `"] :is(button, jp-button)`)))
	}
	// JupyterLab writes only what was touched: a cell comes and goes.
	const active = `document.querySelector(".jp-Cell.jp-mod-active .jp-InputArea").innerText.trim()`
	first := browserkit.Eval[string](l.Tab, active)
	click("insert")
	l.Until(active + ` !== ` + browserkit.Quote(first))
	click("cut")
	l.Until(active + ` !== ""`)
	click("save")
	l.wait("the file to be written", func() bool {
		after, err := os.Stat(path)
		return err == nil && after.ModTime() != before.ModTime()
	})
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the saved file differs from the committed one:\n%s", got)
	}
	if asked := browserkit.Eval[string](l.Tab, `[...document.querySelectorAll(".Toastify__toast, .jp-Dialog")].map(e => e.innerText).join()`); asked != "" {
		t.Errorf("the reader is asked: %q", asked)
	}
}
