package corpus

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// withoutRows compares notes by what they hold, whatever the order of the source.
var withoutRows = cmpopts.IgnoreFields(Note{}, "Rows")

func mustDivide(t fataler, c *Corpus, protocol string, seed uint64) *Split {
	d, err := Divide(c, protocol, seed)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDivide(t *testing.T) {
	c := build(t, sampleRows(400))
	group := mustDivide(t, c, ProtocolGroup, 7)
	want, err := GroupSplit(c, 7)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, group.Indices); diff != "" || group.FromSource {
		t.Error(diff)
	}
	for i, n := range want.Test {
		if diff := cmp.Diff(c.Notes[n], group.Test[i]); diff != "" {
			t.Fatal(diff)
		}
	}
	row := mustDivide(t, c, ProtocolRow, 7)
	if want, err = RowSplit(c, 7); err != nil || !cmp.Equal(want, row.Indices) {
		t.Errorf("not RowSplit's split: %v", err)
	}
	for i, r := range want.Test {
		if row.Test[i].Text != c.Rows[r].Text || c.Labels[row.Test[i].Labels[0]] != c.Rows[r].Label || len(row.Test[i].Labels) != 1 || row.Test[i].ID != c.Rows[r].ID || !slices.Equal(row.Test[i].Rows, []int{r}) {
			t.Fatalf("example %+v of row %+v", row.Test[i], c.Rows[r])
		}
	}
	for name, d := range map[string]*Split{"group": group, "row": row} {
		train := 0
		for _, example := range d.Train {
			train += len(example.Labels)
		}
		for i, class := range d.Classes {
			train -= class.Train
			if class.Label != c.Labels[i] {
				t.Errorf("%s: class %d is %q", name, i, class.Label)
			}
			if listed := slices.Contains(d.Rare(), class); listed != (class.Train < RareBelow) {
				t.Errorf("%s: %+v is listed as rare: %v", name, class, listed)
			}
			if listed := slices.Contains(d.Absent(), class); listed != (class.Train*class.Validation*class.Test == 0) {
				t.Errorf("%s: %+v is listed as absent: %v", name, class, listed)
			}
		}
		if train != 0 {
			t.Errorf("%s: the classes' counts differ from the examples' by %d", name, train)
		}
	}
}

func TestDivideByTheSourcesParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		for i := range rows {
			rows[i].Part = rapid.SampledFrom([]string{PartTrain, PartTrain, PartTest}).Draw(t, "part")
		}
		for i := range 4 { // enough of each part
			rows = append(rows, Row{Text: fmt.Sprintf("A text of a part, number %d", i), Label: "L0", Part: []string{PartTrain, PartTest}[i%2]})
		}
		rows = append(rows, Row{Text: "Another text of the train part", Label: "L1", Part: PartTrain})
		seed := rapid.Uint64().Draw(t, "seed")
		c := build(t, rows)
		d := mustDivide(t, c, ProtocolRow, seed)
		all := slices.Sorted(slices.Values(slices.Concat(d.Indices.Train, d.Indices.Validation, d.Indices.Test)))
		if len(all) != len(c.Rows) || len(slices.Compact(all)) != len(c.Rows) {
			t.Fatalf("the parts hold %d of %d rows", len(all), len(c.Rows))
		}
		for _, r := range d.Indices.Test {
			if c.Rows[r].Part != PartTest {
				t.Fatalf("row %d of the source's part %s is tested on", r, c.Rows[r].Part)
			}
		}
		for _, r := range slices.Concat(d.Indices.Train, d.Indices.Validation) {
			if c.Rows[r].Part != PartTrain {
				t.Fatalf("row %d of the source's part %s is trained on", r, c.Rows[r].Part)
			}
		}
		own := len(d.Train) + len(d.Validation)
		if share := float64(len(d.Validation)) - float64(own)*595/3966; share > 1 || share < -1 || len(d.Validation) == 0 || len(d.Train) == 0 {
			t.Fatalf("%d of %d rows validate", len(d.Validation), own)
		}
		reordered := build(t, rapid.Permutation(rows).Draw(t, "order"))
		other := mustDivide(t, reordered, ProtocolRow, seed)
		if other.FromSource != true || reordered.Hash != c.Hash {
			t.Fatalf("hash %s, want %s", reordered.Hash, c.Hash)
		}
		for _, parts := range [][2][]Note{{d.Train, other.Train}, {d.Validation, other.Validation}, {d.Test, other.Test}} {
			if diff := cmp.Diff(parts[0], parts[1], withoutRows); diff != "" {
				t.Fatalf("the order of the rows changes a part: %s", diff)
			}
		}
		noTextTwice(t, c, mustDivide(t, c, ProtocolGroup, seed).Indices)
	})
}

func TestDivideSmallSourceParts(t *testing.T) {
	text := func(i int) string { return fmt.Sprintf("A sufficiently long text, number %d", i) }
	train := []Row{{Text: text(0), Label: "A", Part: PartTrain}, {Text: text(1), Label: "B", Part: PartTrain}}
	for name, tc := range map[string]struct {
		rows []Row
		want string
	}{
		"no test row left": {
			append(train, Row{Text: "short", Label: "A", Part: PartTest}),
			"test: the source's own parts have no test row; use RowSplit or the grouped split",
		},
		"one row to train on": {
			[]Row{train[0], {Text: text(2), Label: "B", Part: PartTest}},
			"test: too few rows (1) in the source's own train part; training and validation need at least 2",
		},
		"nothing to train on": {
			[]Row{{Text: text(2), Label: "B", Part: PartTest}, {Text: text(3), Label: "A", Part: PartValidation}},
			"test: too few rows (0) in the source's own train part; training and validation need at least 2",
		},
	} {
		if _, err := Divide(build(t, tc.rows), ProtocolRow, 1); err == nil || err.Error() != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	d := mustDivide(t, build(t, append(train, Row{Text: text(2), Label: "C", Part: PartValidation}, Row{Text: text(3), Label: "A", Part: PartTest})), ProtocolRow, 1)
	if len(d.Train) != 2 || len(d.Validation) != 1 || len(d.Test) != 1 {
		t.Errorf("parts of %d, %d and %d", len(d.Train), len(d.Validation), len(d.Test))
	}
	want := []string{
		"The parts are the source's own.",
		"Classes with under 10 training examples (2 of 3): A (1), B (1).",
		"Classes absent from train (1 of 3): C.",
		"Classes absent from validation (2 of 3): A, B.",
		"Classes absent from test (2 of 3): B, C.",
	}
	if diff := cmp.Diff(want, d.Notices); diff != "" {
		t.Error(diff)
	}
}

func TestDivideOddCorpora(t *testing.T) {
	// More labels than texts, one label on all of them, one on a dropped row only.
	var rows []Row
	for i := range 3 {
		for j := range 4 {
			rows = append(rows, Row{Text: fmt.Sprintf("A sufficiently long text, number %d", i), Label: fmt.Sprintf("only %d %d", i, j)})
		}
		rows = append(rows, Row{Text: fmt.Sprintf("A sufficiently long text, number %d", i), Label: "all", ID: "same id as of the text's row " + fmt.Sprint(i)})
	}
	rows = append(rows, Row{Text: "short", Label: "dropped"})
	c := build(t, rows)
	d := mustDivide(t, c, ProtocolGroup, 1)
	if len(d.Train) != 1 || len(d.Train[0].Labels) != 5 {
		t.Errorf("train: %+v", d.Train)
	}
	for _, want := range []string{
		"There are fewer examples (3) than classes (13).",
		"Classes with under 10 training examples (5 of 13): all (1), only ",
		"Classes absent from train (8 of 13): only ",
		"Class names without a row (1): dropped.",
	} {
		if !slices.ContainsFunc(d.Notices, func(n string) bool { return strings.HasPrefix(n, want) }) {
			t.Errorf("%q is not among %q", want, d.Notices)
		}
	}
	ids := map[string]bool{}
	row := mustDivide(t, c, ProtocolRow, 1)
	for _, example := range slices.Concat(row.Train, row.Validation, row.Test) {
		ids[example.ID] = true
	}
	if len(ids) != 15 || !ids["text-"+c.Notes[0].Key[:16]+"#only 0 0"] || !ids["same id as of the text's row 2"] {
		t.Errorf("ids: %v", ids)
	}
	if _, err := Divide(c, "rows", 1); err == nil || err.Error() != `unknown protocol "rows"; use group or row` {
		t.Errorf("%v", err)
	}
	clash := build(t, []Row{
		{Text: "A sufficiently long text, number 1", Label: "A", ID: "1"},
		{Text: "A sufficiently long text, number 1", Label: "B", ID: "1"},
		{Text: "A sufficiently long text, number 2", Label: "B", ID: "1#A"},
	})
	if _, err := Divide(clash, ProtocolRow, 1); err == nil || err.Error() != `test: two examples are called "1#A"; give the source other ids, or read it without` {
		t.Errorf("%v", err)
	}
}
