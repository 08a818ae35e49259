package page

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/specialist-nlp/specialist/pkg/internal/browserkit"
)

const plotlyPath = "../../.cache/plotly/plotly.min.js"

// samplePage writes a page of chapters with every kind of figure and tables of all widths, and returns its address.
func samplePage(t *testing.T, script bool) string {
	t.Helper()
	p := sampleSections(t)
	if script {
		var err error
		if p.Plotly, err = Script(plotlyPath); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	_, address := browserkit.WritePage(t, b.Bytes())
	return address
}

var sampled struct { // drawing the figures takes seconds
	sync.Once
	Page
}

func sampleSections(t *testing.T) Page {
	t.Helper()
	sampled.Do(func() { sampled.Page = drawSections(t) })
	return sampled.Page
}

func drawSections(t *testing.T) Page {
	t.Helper()
	join := func(blocks ...Block) template.HTML {
		html, err := Join(blocks...)
		if err != nil {
			t.Fatal(err)
		}
		return html
	}
	words := func(text string, shift int) template.HTML {
		html, err := Markdown(text, shift)
		if err != nil {
			t.Fatal(err)
		}
		return html
	}
	return Page{
		Title: "A report: figures & tables", Synthetic: true, Footer: "Made by a test.",
		Lead: words("What came out, with a [link](#tables) and `code`.\n\n- one\n- **two**", 1),
		Sections: []Section{
			{ID: "short", Title: "In short", Body: words(strings.Repeat("A sentence of the summary. ", 30), 2)},
			{ID: "data", Title: "The data", Level: 1, Body: words("Words with `a_long_identifier_that_does_not_fit_a_phone_screen_in_one_line`.\n\n| a | b |\n|---|--:|\n| 1 | 2 |", 2)},
			{ID: "figures", Title: "Figures", Level: 2, Body: join(sampleLines(t), sampleValidation(t), sampleSweep(t), sampleBars(t), sampleGroups(t), sampleHeatmap(t, 8),
				sampleHeatmap(t, 40), sampleHistogram(t))},
			{ID: "tables", Title: "Tables", Body: words("# A heading of the text\n\nAnd [elsewhere](https://example.org/a).", 3) +
				join(sampleTable(), wideTable("wide", 8, "Cardiovascular"), wideTable("absurd", 14, "Otorhinolaryngological"))},
			{ID: "errors", Title: "Errors", Level: 1},
			{ID: "notes", Title: "Single notes", Body: "<details class=\"code\"><summary>Code</summary><pre><code>notebook.Show(table)</code></pre></details>" + join(wideTable("single", 3, "Cardiovascular"))},
		},
		Times: join(Table{ID: "times-table", Caption: "Times", Columns: []Column{{Name: "Stage"}, {Name: "Time", Numeric: true}}, Rows: [][]Cell{{Text("all"), Duration.Cell(Of(61))}}}),
	}
}

// wideTable has columns of which each is as wide as a word.
func wideTable(id string, columns int, word string) Table {
	table := Table{ID: id, Caption: "A table " + id, Columns: []Column{{Name: "Specialty"}}, Rows: make([][]Cell, 30)}
	for i := 1; i < columns; i++ {
		table.Columns = append(table.Columns, Column{Name: fmt.Sprintf("Share of %s notes", word), Numeric: i%2 == 0})
	}
	for i := range table.Rows {
		table.Rows[i] = append(table.Rows[i], Text(specialties[i]))
		for j := 1; j < columns; j++ {
			v := float64(i*j%17) / 17
			table.Rows[i] = append(table.Rows[i], Metric.Cell(Between(v, v-.1, v+.1)))
		}
	}
	return table
}

func TestPageInBrowser(t *testing.T) {
	address := samplePage(t, true)
	b := browserkit.Open(t)
	b.Desktop()
	b.Run(chromedp.Navigate(address))
	b.Until(browserkit.FiguresDrawn)

	t.Run("interactive figures replace pictures", func(t *testing.T) {
		type state struct {
			ID           string
			Picture      string
			Traces       int
			Width, Room  float64
			Alt, Caption string
		}
		for _, s := range browserkit.Eval[[]state](b, `[...document.querySelectorAll("figure")].map(f => ({
			id: f.id, picture: getComputedStyle(f.querySelector("img")).display, traces: f.querySelectorAll(".trace, .hm").length,
			width: f.querySelector(".main-svg").getBoundingClientRect().width, room: f.querySelector(".sp-twin").clientWidth,
			alt: f.querySelector("img").alt, caption: f.querySelector("figcaption").textContent}))`) {
			if s.Picture != "none" || s.Traces == 0 {
				t.Errorf("figure %s: picture %q, %d traces; want none and some", s.ID, s.Picture, s.Traces)
			}
			if s.Width != s.Room {
				t.Errorf("figure %s is drawn %v wide in %v", s.ID, s.Width, s.Room)
			}
			if s.Alt == "" || !strings.Contains(s.Caption, Badge) {
				t.Errorf("figure %s: alt %q, caption %q", s.ID, s.Alt, s.Caption)
			}
		}
	})

	t.Run("every label of forty is there", func(t *testing.T) {
		got := browserkit.Eval[[]string](b, `[...document.querySelectorAll("#per-class .ytick text")]
			.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map(e => e.textContent)`)
		if !slices.Equal(got, specialties) {
			t.Errorf("labels from the top %q, want %q", got, specialties)
		}
	})

	t.Run("labels are not cut", func(t *testing.T) {
		for _, cut := range browserkit.Eval[[]string](b, `[...document.querySelectorAll("figure .main-svg:first-of-type")].flatMap(s => {
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
		b.Run(chromedp.Click(chromedp.CSS("#classes thead th:nth-child(3) button")))
		got := browserkit.Eval[[]string](b, fmt.Sprintf(column, 2))
		if got[0] != ".900" || got[10] != ".240" || got[11] != "–a" {
			t.Errorf("precision, largest first: %q", got)
		}
		b.Run(chromedp.Click(chromedp.CSS("#classes thead th:nth-child(3) button")))
		got = browserkit.Eval[[]string](b, fmt.Sprintf(column, 2))
		if got[0] != ".240" || got[11] != "–a" {
			t.Errorf("precision, smallest first, what is missing last: %q", got)
		}
		if got := browserkit.Eval[[]string](b, sorted); got[2] != "ascending" || got[0] != "none" {
			t.Errorf("aria-sort %q", got)
		}
	})
	t.Run("sorting by keyboard", func(t *testing.T) {
		b.Run(chromedp.Focus(chromedp.CSS("#classes thead th:nth-child(1) button")), chromedp.KeyEvent(kb.Enter))
		got := browserkit.Eval[[]string](b, fmt.Sprintf(column, 0))
		if !slices.IsSorted(got) || len(got) != 12 {
			t.Errorf("names: %q", got)
		}
		b.Run(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "))
		got = browserkit.Eval[[]string](b, fmt.Sprintf(column, 1))
		if got[0] != "1,088" || got[11] != "90" {
			t.Errorf("counts, by the space bar: %q", got)
		}
	})

	t.Run("a phone does not scroll sideways", func(t *testing.T) {
		b.Phone()
		b.Until(`[...document.querySelectorAll(".sp-twin")].every(e => e.querySelector(".main-svg").clientWidth === e.clientWidth)`)
		browserkit.FitsPhone(t, b)
		b.Until(`document.querySelector("#classes .sp-box").tabIndex === 0`)
		if !browserkit.Eval[bool](b, `(b => b.scrollWidth > b.clientWidth && b.getAttribute("role") === "group" && b.getAttribute("aria-label").startsWith("Every specialty"))(
			document.querySelector("#classes .sp-box"))`) {
			t.Error("the wide table does not scroll in its own box, or the box has no name")
		}
		b.Until(`document.querySelector("#classes .sp-box").hasAttribute("data-more")`)
		browserkit.Eval[any](b, `document.querySelector("#classes .sp-box").scrollLeft = 10000`)
		b.Until(`!document.querySelector("#classes .sp-box").hasAttribute("data-more")`)
	})
	b.Quiet(address)
}

// TestPageWithoutPlotly: the pictures stay, and the page is as quiet.
func TestPageWithoutPlotly(t *testing.T) {
	address := samplePage(t, false)
	b := browserkit.Open(t)
	b.Phone()
	b.Run(chromedp.Navigate(address))
	b.Until(`document.querySelector("#classes button")`)
	if got := browserkit.Eval[bool](b, `[...document.querySelectorAll("figure img")].every(i => i.complete && i.naturalWidth === 1360 && i.clientWidth > 0)`); !got {
		t.Error("a picture does not show")
	}
	browserkit.FitsPhone(t, b)
	b.Quiet(address)
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
	// The figure and its script come twice, plotly.js after them: the order in which a notebook may show its cells.
	html := `<!DOCTYPE html><meta charset="utf-8"><script>
		var taken = [], module = {exports: {}}, exports = module.exports;
		function define() { taken.push(arguments); } define.amd = {};
		</script>` + string(figure+Assets()+Assets()+plotly+plotly)
	_, address := browserkit.WritePage(t, []byte(html))
	b := browserkit.Open(t)
	b.Run(chromedp.Navigate(address))
	b.Until(browserkit.FiguresDrawn)
	if got := browserkit.Eval[int](b, `taken.length + Object.keys(module.exports).length`); got != 0 {
		t.Error("plotly.js went to the module loader")
	}
	b.Quiet(address)
}
