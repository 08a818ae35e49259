package page

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/specialist-nlp/specialist/pkg/internal/browserkit"
)

// TestContents: beside the text where there is room, a bar that unfolds where there is not, and always saying where one is.
func TestContents(t *testing.T) {
	address := samplePage(t, false)
	b := browserkit.Open(t)
	b.Desktop()
	b.Run(chromedp.Navigate(address))
	b.Until(`document.querySelector("nav.contents.live") && document.readyState === "complete"`)
	const current = `(document.querySelector("nav a[aria-current]") || {textContent: ""}).textContent`
	const link = `nav a[href="#tables"]`

	t.Run("links", func(t *testing.T) {
		want := []string{"In short", "The data", "Figures", "Tables", "Errors", "Single notes", "Times"}
		if got := browserkit.Eval[[]string](b, `[...document.querySelectorAll("nav a")].map(a => a.textContent)`); !slices.Equal(got, want) {
			t.Errorf("contents %q, want %q", got, want)
		}
		if got := browserkit.Eval[[]string](b, `[...document.querySelectorAll("nav ol ol a")].map(a => a.textContent)`); !slices.Equal(got, []string{"Figures", "Tables", "Single notes"}) {
			t.Errorf("second level %q", got)
		}
		if got := browserkit.UnresolvedLinks(b); len(got) > 0 {
			t.Errorf("links lead nowhere: %q", got)
		}
	})

	t.Run("headings", func(t *testing.T) {
		want := []string{
			"H1 A report: figures & tables", "H2 In short", "H2 The data", "H3 Figures", "H3 Tables", "H4 A heading of the text", "H2 Errors", "H3 Single notes",
			"H2 Times",
		}
		if got := browserkit.Eval[[]string](b, `[...document.querySelectorAll(":is(h1, h2, h3, h4, h5, h6)")].filter(h => h.getClientRects().length).map(h => h.tagName + " " + h.textContent)`); !slices.Equal(got, want) {
			t.Errorf("headings %q, want %q", got, want)
		}
	})

	t.Run("beside the text", func(t *testing.T) {
		place := `(() => {
			const nav = document.querySelector("nav").getBoundingClientRect(), text = document.querySelector("#text").getBoundingClientRect();
			return nav.top === 0 && nav.bottom === window.innerHeight && nav.right <= text.left && document.querySelector("nav details").open;
		})()`
		if !browserkit.Eval[bool](b, place) {
			t.Error("the contents do not stand beside the text")
		}
		b.Run(chromedp.Click(chromedp.CSS(link)))
		b.Until(current + ` === "Tables"`)
		if !browserkit.Eval[bool](b, place) {
			t.Error("the contents do not stay in sight")
		}
		browserkit.Eval[any](b, `window.scrollTo(0, document.documentElement.scrollHeight)`)
		b.Until(current + ` === "Times"`)
		browserkit.Eval[any](b, `window.scrollTo(0, document.querySelector("#notes").getBoundingClientRect().top + window.scrollY)`)
		b.Until(current + ` === "Single notes"`)
		if got := browserkit.Eval[int](b, `document.querySelectorAll("nav a[aria-current]").length`); got != 1 {
			t.Errorf("%d parts are marked", got)
		}
	})

	t.Run("lines can be read", func(t *testing.T) {
		if got := browserkit.Eval[float64](b, `document.querySelector("#short > p").getBoundingClientRect().width`); got < 500 || got > 720 {
			t.Errorf("a line of text is %v wide", got)
		}
	})

	t.Run("by keyboard", func(t *testing.T) {
		b.Run(chromedp.Navigate(address))
		b.Run(chromedp.KeyEvent(kb.Tab))
		if got := browserkit.Eval[string](b, `document.activeElement.className + " " + (document.activeElement.getBoundingClientRect().top >= 0)`); got != "skip true" {
			t.Errorf("the first stop is %q, want the way past the contents, in sight", got)
		}
		b.Run(chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
		if !browserkit.Eval[bool](b, `document.querySelector("#text").contains(document.activeElement)`) {
			t.Error("the way past the contents does not lead to the text")
		}
		// Whatever takes the focus shows it.
		for range 12 {
			b.Run(chromedp.KeyEvent(kb.Tab))
			if got := browserkit.Eval[string](b, `(e => getComputedStyle(e).outlineStyle === "none" ? e.outerHTML.slice(0, 100) : "")(document.activeElement)`); got != "" {
				t.Errorf("the focus does not show on %s", got)
			}
		}
	})

	t.Run("on a phone", func(t *testing.T) {
		b.Phone()
		b.Run(chromedp.Navigate(address))
		const open = `document.querySelector("nav details").open`
		b.Until(`!` + open)
		browserkit.Eval[any](b, `window.scrollTo(0, 3000)`)
		b.Until(`document.querySelector("nav").getBoundingClientRect().top === 0 && document.querySelector("nav .here").textContent === "Figures"`)
		before := browserkit.Eval[float64](b, `document.documentElement.scrollHeight`)
		b.Run(chromedp.Click(chromedp.CSS("nav summary")))
		b.Until(open)
		if got := browserkit.Eval[float64](b, `document.documentElement.scrollHeight`); got != before {
			t.Errorf("unfolded contents move the text: the page was %v high and is %v", before, got)
		}
		b.Until(`(l => { const q = l.getBoundingClientRect(); return q.top >= 0 && q.bottom <= window.innerHeight; })(document.querySelector("nav a[aria-current]"))`)
		b.Run(chromedp.KeyEvent(kb.Escape))
		b.Until(`!` + open)
		b.Run(chromedp.Click(chromedp.CSS("nav summary")), chromedp.Click(chromedp.CSS(link)))
		b.Until(`!` + open + ` && document.querySelector("nav .here").textContent === "Tables"`)
		if !browserkit.Eval[bool](b, `document.querySelector("#tables h3").getBoundingClientRect().top >= document.querySelector("nav").getBoundingClientRect().bottom`) {
			t.Error("the bar covers the heading that it led to")
		}
	})
	b.Quiet(address)
}

// TestPageIsAccessible runs axe-core on the page, as a reader has it on a screen of each kind.
func TestPageIsAccessible(t *testing.T) {
	address := samplePage(t, true)
	b := browserkit.Open(t)
	b.Desktop()
	b.Run(chromedp.Navigate(address))
	b.Until(browserkit.FiguresDrawn)
	for _, scheme := range []string{"light", "dark"} {
		b.Media("", scheme)
		want := map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(23, 25, 28)"}[scheme]
		if got := browserkit.Eval[string](b, `getComputedStyle(document.body).backgroundColor`); got != want {
			t.Errorf("the ground of the %s page is %s, want %s", scheme, got, want)
		}
		if got := browserkit.Eval[string](b, `getComputedStyle(document.querySelector(".sp-figure .sp-box")).backgroundColor`); got != "rgb(255, 255, 255)" {
			t.Errorf("on the %s page a figure's ground is %s", scheme, got)
		}
		browserkit.Accessible(t, b, scheme)
	}
	b.Phone()
	b.Until(`[...document.querySelectorAll(".sp-box")].every(e => e.scrollWidth <= e.clientWidth + 1 || e.tabIndex === 0)`)
	browserkit.Accessible(t, b, "phone")
	browserkit.Eval[any](b, `document.querySelector("nav details").open = true, document.querySelector("details.code").open = true`)
	browserkit.Accessible(t, b, "phone, all unfolded")
}

// TestPageWithoutScripts: all of it is there, the contents open and in place.
func TestPageWithoutScripts(t *testing.T) {
	b := browserkit.Open(t)
	b.DisableScripts()
	b.Phone()
	b.Run(chromedp.Navigate(samplePage(t, true)))
	browserkit.FitsPhone(t, b)
	if !browserkit.Eval[bool](b, `document.querySelector("nav").getBoundingClientRect().bottom <= document.querySelector("#text").getBoundingClientRect().top &&
		document.querySelectorAll("nav a").length === [...document.querySelectorAll("nav a")].filter(a => a.getClientRects().length).length`) {
		t.Error("the contents are hidden, or cover the text")
	}
}
