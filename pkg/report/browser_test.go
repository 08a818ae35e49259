package report

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const plotlyPath = "../../.cache/plotly/plotly.min.js"

// samplePage writes a page with every kind of figure and two tables, and returns its address.
func samplePage(t *testing.T, script bool) string {
	t.Helper()
	figures, err := Join(sampleLines(t), sampleValidation(t), sampleSweep(t), sampleBars(t), sampleGroups(t), sampleHeatmap(t, 8),
		sampleHeatmap(t, 40), sampleHistogram(t))
	if err != nil {
		t.Fatal(err)
	}
	tables, err := Join(sampleTable())
	if err != nil {
		t.Fatal(err)
	}
	p := Page{
		Title: "A report: figures & tables", Synthetic: true, Footer: "Made by a test.",
		Sections: []Section{
			{ID: "method", Title: "Method", Body: "<p>Words with <code>code</code>.</p>"},
			{ID: "figures", Title: "Figures", Body: figures},
			{ID: "tables", Title: "Tables", Body: tables},
		},
	}
	if script {
		if p.Plotly, err = Script(plotlyPath); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

const drawn = `[...document.querySelectorAll("figure")].every(f => f.classList.contains("sp-live"))`

func TestPageInBrowser(t *testing.T) {
	address := samplePage(t, true)
	b := open(t)
	b.run(chromedp.EmulateViewport(1280, 900))
	b.run(chromedp.Navigate(address))
	b.until(drawn)

	t.Run("twins replace pictures", func(t *testing.T) {
		type state struct {
			ID           string
			Picture      string
			Traces       int
			Width, Room  float64
			Alt, Caption string
		}
		for _, s := range eval[[]state](b, `[...document.querySelectorAll("figure")].map(f => ({
			id: f.id, picture: getComputedStyle(f.querySelector("img")).display, traces: f.querySelectorAll(".trace, .hm").length,
			width: f.querySelector(".main-svg").getBoundingClientRect().width, room: f.querySelector(".sp-twin").clientWidth,
			alt: f.querySelector("img").alt, caption: f.querySelector("figcaption").textContent}))`) {
			if s.Picture != "none" || s.Traces == 0 {
				t.Errorf("figure %s: picture %q, %d traces; want none and some", s.ID, s.Picture, s.Traces)
			}
			if s.Width != s.Room {
				t.Errorf("figure %s is drawn %v wide in %v", s.ID, s.Width, s.Room)
			}
			if s.Alt == "" || !strings.Contains(s.Caption, badge) {
				t.Errorf("figure %s: alt %q, caption %q", s.ID, s.Alt, s.Caption)
			}
		}
	})

	t.Run("every label of forty is there", func(t *testing.T) {
		got := eval[[]string](b, `[...document.querySelectorAll("#per-class .ytick text")]
			.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map(e => e.textContent)`)
		if !slices.Equal(got, specialties) {
			t.Errorf("labels from the top %q, want %q", got, specialties)
		}
	})

	t.Run("labels are not cut", func(t *testing.T) {
		for _, cut := range eval[[]string](b, `[...document.querySelectorAll("figure .main-svg:first-of-type")].flatMap(s => {
			const r = s.getBoundingClientRect();
			return [...s.querySelectorAll("text")].filter(e => {
				const q = e.getBoundingClientRect();
				return q.width && (q.left < r.left - 1 || q.right > r.right + 1 || q.top < r.top - 1 || q.bottom > r.bottom + 1);
			}).map(e => e.textContent);
		})`) {
			t.Errorf("%q is cut", cut)
		}
	})

	const column = `[...document.querySelectorAll("#classes tbody tr")].map(r => r.cells[%d].textContent)`
	const sorted = `[...document.querySelectorAll("#classes thead th")].map(h => h.getAttribute("aria-sort"))`
	t.Run("sorting by click", func(t *testing.T) {
		b.run(chromedp.Click(chromedp.CSS("#classes thead th:nth-child(3) button")))
		got := eval[[]string](b, fmt.Sprintf(column, 2))
		if got[0] != ".900" || got[10] != ".240" || got[11] != "–a" {
			t.Errorf("precision, largest first: %q", got)
		}
		b.run(chromedp.Click(chromedp.CSS("#classes thead th:nth-child(3) button")))
		got = eval[[]string](b, fmt.Sprintf(column, 2))
		if got[0] != ".240" || got[11] != "–a" {
			t.Errorf("precision, smallest first, what is missing last: %q", got)
		}
		if got := eval[[]string](b, sorted); got[2] != "ascending" || got[0] != "none" {
			t.Errorf("aria-sort %q", got)
		}
	})
	t.Run("sorting by keyboard", func(t *testing.T) {
		b.run(chromedp.Focus(chromedp.CSS("#classes thead th:nth-child(1) button")), chromedp.KeyEvent(kb.Enter))
		got := eval[[]string](b, fmt.Sprintf(column, 0))
		if !slices.IsSorted(got) || len(got) != 12 {
			t.Errorf("names: %q", got)
		}
		b.run(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
		got = eval[[]string](b, fmt.Sprintf(column, 1))
		if got[0] != "1,088" || got[11] != "90" {
			t.Errorf("counts, by the space bar: %q", got)
		}
	})

	t.Run("a phone does not scroll sideways", func(t *testing.T) {
		b.run(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
		b.until(`[...document.querySelectorAll(".sp-twin")].every(e => e.querySelector(".main-svg").clientWidth === e.clientWidth)`)
		if got := eval[float64](b, `document.documentElement.scrollWidth`); got > 360 {
			t.Errorf("the page is %v wide on a screen of 360", got)
		}
		b.until(`document.querySelector("#classes .sp-box").tabIndex === 0`)
		if !eval[bool](b, `(b => b.scrollWidth > b.clientWidth)(document.querySelector("#classes .sp-box"))`) {
			t.Error("the wide table does not scroll in its own box")
		}
	})

	t.Run("print shows pictures", func(t *testing.T) {
		media := func(name string) {
			if _, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name}); err != nil {
				t.Fatal(err)
			}
		}
		media("print")
		if got := eval[bool](b, `[...document.querySelectorAll("figure")].every(f => getComputedStyle(f.querySelector("img")).display === "block" &&
			getComputedStyle(f.querySelector(".sp-twin")).display === "none")`); !got {
			t.Error("a figure prints its twin, or nothing")
		}
		media("")
		pdf, err := chromedp.Run(b, chromedp.PrintToPDF())
		if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Errorf("the print is no PDF: %v", err)
		}
	})
	b.quiet(address)
}

// TestPageWithoutPlotly: the pictures stay, and the page is as quiet.
func TestPageWithoutPlotly(t *testing.T) {
	address := samplePage(t, false)
	b := open(t)
	b.run(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	b.run(chromedp.Navigate(address))
	b.until(`document.querySelector("#classes button")`)
	if got := eval[bool](b, `[...document.querySelectorAll("figure img")].every(i => i.complete && i.naturalWidth === 1360 && i.clientWidth > 0)`); !got {
		t.Error("a picture does not show")
	}
	if got := eval[float64](b, `document.documentElement.scrollWidth`); got > 360 {
		t.Errorf("the page is %v wide on a screen of 360", got)
	}
	b.quiet(address)
}

// TestFigureBesideRequireJS: in a notebook's page a module loader owns define, module and exports.
func TestFigureBesideRequireJS(t *testing.T) {
	plotly, err := Script(plotlyPath)
	if err != nil {
		t.Fatal(err)
	}
	figure, err := sampleGroups(t).HTML()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "notebook.html")
	// The figure and its script come twice, plotly.js after them: the order in which a notebook may show its cells.
	html := `<!DOCTYPE html><meta charset="utf-8"><script>
		var taken = [], module = {exports: {}}, exports = module.exports;
		function define() { taken.push(arguments); } define.amd = {};
		</script>` + string(figure+Assets()+Assets()+plotly+plotly)
	if err := os.WriteFile(path, []byte(html), 0o644); err != nil {
		t.Fatal(err)
	}
	address := (&url.URL{Scheme: "file", Path: path}).String()
	b := open(t)
	b.run(chromedp.Navigate(address))
	b.until(drawn)
	if got := eval[int](b, `taken.length + Object.keys(module.exports).length`); got != 0 {
		t.Error("plotly.js went to the module loader")
	}
	b.quiet(address)
}
