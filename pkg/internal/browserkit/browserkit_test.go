package browserkit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// recorder is a test that takes down its errors instead of failing.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Error(args ...any) { r.errors = append(r.errors, fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

const (
	head = `<!DOCTYPE html><html lang="en"><meta name="viewport" content="width=device-width"><title>`
	good = head + `Good</title><main><h1 id="top">Good</h1><p><a href="#top">words</a></p></main></html>`
	bad  = head + `Bad</title><main><h1>Bad</h1><a href="#gone">words</a><p style="color: #eee">pale</p>
		<details class="code" open><summary>Code</summary>x</details><section class="spx">all of its notes</section>
		<figure id="drawn"><img alt="" style="display: none"><div class="sp-twin">a drawing</div></figure>
		<table style="width: 10px; table-layout: fixed; word-break: break-all"><tr><td>indivisible</td></tr></table>
		<p style="width: 1000px">wide</p></main><script>console.error("broken")</script></html>`
)

// TestChecksSeeWhatIsWrong: each check passes a page that is in order, and names what is not.
func TestChecksSeeWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		page string
		want map[string][]string // by check, what its errors hold; none where it passes
	}{
		{good, nil},
		{bad, map[string][]string{
			"quiet": {"broken"}, "links": {"#gone"}, "accessible": {"color-contrast"}, "phone": {`width: 1000px`},
			"print": {"this ends at", `the word "indivisible"`, "figure drawn", "an explorer prints", "1 pieces"},
		}},
	} {
		_, address := WritePage(t, []byte(test.page))
		tab := Open(t)
		tab.Run(chromedp.Navigate(address))
		for _, check := range []struct {
			name string
			run  func(r *recorder)
		}{
			{"accessible", func(r *recorder) { Accessible(r, tab, "light") }},
			{"links", func(r *recorder) { r.errors = UnresolvedLinks(tab) }},
			{"phone", func(r *recorder) { tab.Phone(); FitsPhone(r, tab) }},
			{"print", func(r *recorder) { tab.Sheet(); PrintsWhole(r, tab) }},
			{"quiet", func(r *recorder) { tab.t = r; tab.Quiet(address) }},
		} {
			r := &recorder{TB: t}
			check.run(r)
			got := strings.Join(r.errors, "\n")
			if (got == "") != (test.want[check.name] == nil) {
				t.Errorf("%s: of the page %s it says %q", check.name, test.page, got)
			}
			for _, want := range test.want[check.name] {
				if !strings.Contains(got, want) {
					t.Errorf("%s: no %q in %s", check.name, want, got)
				}
			}
		}
	}
}
