package page

import (
	"strings"
	"testing"
)

func TestTableText(t *testing.T) {
	table := Table{
		Caption: "Test notes", Note: "Bold: the best.", Synthetic: true,
		Columns: []Column{{Name: "Model"}, {Name: "Macro-F1", Numeric: true, Note: "over 40 labels"}, {Name: "Remark"}},
		Rows: [][]Cell{
			{Text("TF-IDF"), Metric.Cell(Between(.249, .23, .27)).Best(), Text("one\nline")},
			{Text("Möglich ≥ 1"), Metric.Cell(Missing("not run")), Text("")},
		},
	}
	const want = `Test notes [synthetic notes]

Model                Macro-F1  Remark
-----------  ----------------  --------
TF-IDF       .249 (.230–.270)  one line
Möglich ≥ 1             – [a]

[a] not run
Macro-F1: over 40 labels
Bold: the best.
`
	got, err := table.Text()
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTableHTML(t *testing.T) {
	html, err := Table{
		ID: "models", Caption: "A <caption>", Columns: []Column{{Name: "Model"}, {Name: "F1", Numeric: true}},
		Rows: [][]Cell{{Text("a & b"), Metric.Cell(Of(.25)).Best()}, {Text("c"), Metric.Cell(Missing("not run"))}},
	}.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`id="models"`, `<strong>A &lt;caption&gt;</strong>`, `<th scope="col" class="sp-num">F1</th>`, `<th scope="row">a &amp; b</th>`,
		`<td class="sp-num" data-sort="0.25"><strong>.250</strong></td>`,
		`<td class="sp-num" data-missing><span title="not run">–<sup>a</sup></span></td>`, `<sup>a</sup> not run`,
	} {
		if !strings.Contains(string(html), want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
	if strings.Contains(string(html), Badge) {
		t.Error("a table of real notes says that they are synthetic")
	}
}

func TestTableRefuses(t *testing.T) {
	column := []Column{{Name: "a"}}
	for _, test := range []struct {
		table Table
		want  string
	}{
		{Table{Columns: column}, "no caption"},
		{Table{Caption: "c"}, `"c" has no columns`},
		{Table{Caption: "c", Columns: column, ID: "A b"}, `id "A b"`},
		{Table{Caption: "c", Columns: column, Rows: [][]Cell{{Text("x")}, {}}}, "row 2 has 0 cells for 1 columns"},
	} {
		_, err := test.table.HTML()
		_, err2 := test.table.Text()
		if err == nil || err2 == nil || !strings.Contains(err.Error(), test.want) || err.Error() != err2.Error() {
			t.Errorf("errors %v and %v, want %q", err, err2, test.want)
		}
	}
}

func TestLetters(t *testing.T) {
	for i, want := range map[int]string{0: "a", 25: "z", 26: "aa", 27: "ab", 701: "zz", 702: "aaa"} {
		if got := letter(i); got != want {
			t.Errorf("letter %d is %s, want %s", i, got, want)
		}
	}
}
