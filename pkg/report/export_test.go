package report

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestExportedNotebook exports an executed notebook with the folder page as nbconvert's template.
func TestExportedNotebook(t *testing.T) {
	jupyter, err := filepath.Abs("../../.venv/bin/jupyter")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(jupyter); err != nil {
		t.Fatalf("%v: make setup installs it", err)
	}
	plotly, err := Script(plotlyPath)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := Join(sampleGroups(t), sampleTable())
	if err != nil {
		t.Fatal(err)
	}
	type object = map[string]any
	notebook, err := json.Marshal(object{
		"nbformat": 4, "nbformat_minor": 5, "metadata": object{"title": "Fine-tuning & more", "language_info": object{"name": "go"}},
		"cells": []object{
			{"cell_type": "markdown", "id": "a", "metadata": object{}, "source": "# Training\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"},
			{"cell_type": "code", "id": "b", "metadata": object{}, "execution_count": 1, "source": "return notebook.Show(f) // <one>", "outputs": []object{
				{"output_type": "stream", "name": "stdout", "text": "plain & simple"},
				{"output_type": "display_data", "metadata": object{}, "data": object{"text/html": string(plotly + Assets() + blocks), "text/plain": "in words"}},
				{"output_type": "display_data", "metadata": object{}, "data": object{"text/markdown": "some **bold** words"}},
				{"output_type": "display_data", "metadata": object{}, "data": object{"text/plain": "text alone"}},
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "book.ipynb")
	if err := os.WriteFile(source, notebook, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(jupyter, "nbconvert", "--to", "html", "--template", "page", "--TemplateExporter.extra_template_basedirs=.", source)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nbconvert: %v\n%s", err, out)
	}
	address := (&url.URL{Scheme: "file", Path: filepath.Join(dir, "book.html")}).String()
	b := open(t)
	b.run(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile), chromedp.Navigate(address))
	b.until(drawn)
	if got := eval[string](b, `document.title`); got != "Fine-tuning & more" {
		t.Errorf("title %q", got)
	}
	text := eval[string](b, `document.body.textContent`)
	for _, want := range []string{"Training", "plain & simple", "some bold words", "text alone", "return notebook.Show(f) // <one>"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q on the page", want)
		}
	}
	if strings.Contains(text, "in words") {
		t.Error("a figure shows a second time, as text")
	}
	if eval[bool](b, `document.querySelector("details").open`) {
		t.Error("the code is not folded away")
	}
	if got := eval[float64](b, `document.documentElement.scrollWidth`); got > 360 {
		t.Errorf("the page is %v wide on a screen of 360", got)
	}
	b.quiet(address)
}
