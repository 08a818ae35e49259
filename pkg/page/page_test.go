package page

import (
	"bytes"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestPage(t *testing.T) {
	var b bytes.Buffer
	p := Page{
		Title: "A & B", Lead: "<p>lead</p>", Times: "<p>1 s</p>\n<p>2 s</p>", Footer: "end",
		Sections: []Section{{"zero", "Zero", 0, "<p>x</p>"}, {"one", "One", 1, ""}, {"two", "Two <2>", 2, ""}, {"three", "Three", 0, ""}, {"four", "Four", 1, ""}},
	}
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	// The parts in their order, each with what it stands in.
	at := 0
	for _, want := range []string{
		"<title>A &amp; B</title>", "<h1>A &amp; B</h1>", "<main", "<p>lead</p>", "<nav", `<a href="#zero">Zero</a></li>`, `<a href="#one">One</a>`, `<ol>`,
		`<a href="#two">Two &lt;2&gt;</a></li>`, `<a href="#three">Three</a></li>`, `</ol>`, `<a href="#four">Four</a></li>`, `<a href="#times">Times</a></li>`, "</nav>",
		`<section id="zero">`, "<h2>Zero</h2>", "<p>x</p>", "</section>", `<section id="one" class="chapter">`, "<h2>One</h2>", `<section id="two">`, "<h3>Two &lt;2&gt;</h3>", "</section>",
		"<h3>Three</h3>", "</section>", "</section>", `<section id="four" class="chapter">`, "</section>",
		"\n<section id=\"times\">\n<h2>Times</h2>\n<p>1 s</p>\n<p>2 s</p>\n</section>\n", "</main>", "<footer>end</footer>",
	} {
		i := strings.Index(page[at:], want)
		if i < 0 {
			t.Fatalf("no %s in %s", want, page[at:])
		}
		at += i + len(want)
	}
	if strings.Contains(page, "Synthetic notes.") {
		t.Error("a page of real results has the notice of synthetic ones")
	}
	// What a page, its styles or its script could fetch.
	if got := regexp.MustCompile(`(?i)(src|href)="(https?:)?//[^"]*|url\(|@import`).FindString(page); got != "" {
		t.Errorf("the page asks for the network: %s", got)
	}
}

// TestPageOfOneSection: what has nowhere to go has no contents and no way past them.
func TestPageOfOneSection(t *testing.T) {
	var b bytes.Buffer
	if err := (Page{Title: "t", Sections: []Section{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}}}).Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, not := range []string{"<nav", `class="skip"`, "with-contents\"", "Times", "<footer"} {
		if strings.Contains(b.String(), not) {
			t.Errorf("there is %s", not)
		}
	}
}

// TestPagesDifferInTheirTimes: the lines of two pages of the same results are the same up to the block of times, and after it.
func TestPagesDifferInTheirTimes(t *testing.T) {
	write := func(times template.HTML) (before, after string) {
		var b bytes.Buffer
		if err := (Page{Title: "t", Sections: []Section{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}}, Times: times, Footer: "f"}).Write(&b); err != nil {
			t.Fatal(err)
		}
		before, rest, found := strings.Cut(b.String(), "\n<section id=\"times\">\n")
		_, after, ended := strings.Cut(rest, "\n</section>\n")
		if !found || !ended {
			t.Fatal("the times are not on lines of their own")
		}
		return before, after
	}
	before, after := write("<p>1 s</p>")
	before2, after2 := write("<p>2 s</p>\n<p>and more</p>")
	if before != before2 || after != after2 {
		t.Error("the times show elsewhere")
	}
}

func TestPageRefuses(t *testing.T) {
	for want, p := range map[string]Page{
		"no title":                  {},
		`id "A"`:                    {Title: "t", Sections: []Section{{ID: "A", Title: "x"}}},
		"stands twice":              {Title: "t", Sections: []Section{{ID: "a", Title: "x"}, {ID: "a", Title: "y"}}},
		"level is 3":                {Title: "t", Sections: []Section{{ID: "a", Title: "x", Level: 3}}},
		`the id "times" stands`:     {Title: "t", Sections: []Section{{ID: "times", Title: "x"}}, Times: "1 s"},
		`the id "b" stands twice`:   {Title: "t", Sections: []Section{{ID: "a", Title: "x", Body: `<p id="b">`}, {ID: "c", Title: "y", Body: `<p class="q" id="b">`}}},
		`the id "text" stands`:      {Title: "t", Lead: `<p id="text">`},
		`first in section "Method"`: {Title: "t", Sections: []Section{{ID: "a", Title: "Method"}, {ID: "c", Title: "y", Body: `<p id="a">`}}},
	} {
		if err := p.Write(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "no ")) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	// What only looks like an id.
	p := Page{Title: "t", Sections: []Section{{ID: "a", Title: "x", Body: `<script>'<p id="a">'</script><p data-id="a" title="x id=&quot;a">`}}}
	if err := p.Write(&bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}

// TestParts: what outputs repeat goes, with plotly.js around it or not, and the rest stays.
func TestParts(t *testing.T) {
	plotly, err := Script(plotlyPath)
	if err != nil {
		t.Fatal(err)
	}
	figure, err := sampleGroups(t).HTML()
	if err != nil {
		t.Fatal(err)
	}
	table, err := sampleTable().HTML()
	if err != nil {
		t.Fatal(err)
	}
	if got := Parts(string(plotly + Assets() + figure + Assets() + table)); got != string(figure+table) {
		t.Errorf("%d bytes are left of %d", len(got), len(figure+table))
	}
}

func TestMarkdown(t *testing.T) {
	for _, test := range []struct {
		text  string
		shift int
		want  string
	}{
		{"# One\n\n> ## Two", 2, "<h3>One</h3>\n<blockquote>\n<h4>Two</h4>\n</blockquote>\n"},
		{"###### Six", 2, "<h6>Six</h6>\n"},
		{"# One", 0, "<h1>One</h1>\n"},
		{"a -- b ... \"c\" **d** `<e>`", 0, "<p>a -- b ... &quot;c&quot; <strong>d</strong> <code>&lt;e&gt;</code></p>\n"},
		{"[in](#there) [out](https://example.org/?a=1&b=2)", 0, "<p><a href=\"#there\">in</a> <a href=\"https://example.org/?a=1&amp;b=2\">out</a></p>\n"},
		{"[run](javascript:alert(1))", 0, "<p><a href=\"\">run</a></p>\n"},
		{"a <b onclick=\"x\">bold</b> word", 0, "<p>a &lt;b onclick=&#34;x&#34;&gt;bold&lt;/b&gt; word</p>\n"},
		{"<script>\nalert(1)\n</script>", 0, "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>\n"},
		{"<div id=\"x\">\n\ntext", 0, "<p>&lt;div id=&#34;x&#34;&gt;\n</p>\n<p>text</p>\n"},
		{"| a | b |\n|---|--:|\n| 1 | 2 |", 0, "<div class=\"sp-box\" data-name=\"Table\"><table class=\"plain\">\n<thead>\n<tr>\n<th>a</th>\n<th style=\"text-align:right\">b</th>\n</tr>\n</thead>\n" +
			"<tbody>\n<tr>\n<td>1</td>\n<td style=\"text-align:right\">2</td>\n</tr>\n</tbody>\n</table></div>\n"},
	} {
		got, err := Markdown(test.text, test.shift)
		if err != nil || string(got) != test.want {
			t.Errorf("%q: %q, %v; want %q", test.text, got, err, test.want)
		}
	}
}

func TestScript(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plotly.min.js")
	if _, err := Script(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v for a file that is not there", err)
	}
	write := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("<html>404</html>")
	if _, err := Script(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v for a file of something else", err)
	}
	write("/* plotly.js v2.0.0 MIT license */ var s = '</script><!--';")
	html, err := Script(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(html), "</script"); n != 1 || strings.Contains(string(html), "<!--") {
		t.Errorf("the script ends too early:\n%s", html)
	}
}
