package report

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestPage(t *testing.T) {
	var b bytes.Buffer
	p := Page{Title: "A & B", Sections: []Section{{"one", "One", "<p>x</p>"}, {"two", "Two <2>", ""}, {"three", "Three", ""}}}
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<title>A &amp; B</title>", `<h2 id="two">Two &lt;2&gt;</h2>`, `<a href="#three">Three</a>`, "<p>x</p>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(b.String(), "Synthetic notes.") {
		t.Error("a page of real results has the notice of synthetic ones")
	}
	// What a page, its styles or its script could fetch.
	if got := regexp.MustCompile(`(?i)(src|href)="(https?:)?//[^"]*|url\(|@import`).FindString(b.String()); got != "" {
		t.Errorf("the page asks for the network: %s", got)
	}
}

func TestPageRefuses(t *testing.T) {
	for want, p := range map[string]Page{
		"no title":     {},
		`id "A"`:       {Title: "t", Sections: []Section{{ID: "A", Title: "x"}}},
		"stands twice": {Title: "t", Sections: []Section{{ID: "a", Title: "x"}, {ID: "a", Title: "y"}}},
	} {
		if err := p.Write(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "no ")) {
			t.Errorf("error %v, want %q", err, want)
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
