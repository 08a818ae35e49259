package corpus

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// build makes a corpus of rows in the order given, with the parts that they carry.
func build(t fataler, rows []Row) *Corpus {
	c, err := New("test", rows)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sampleRows returns the rows of texts with one to three of 20 labels, the first of them on half of the rows, the last on hardly any.
func sampleRows(texts int) []Row {
	rng := rand.New(rand.NewPCG(1, 4))
	var rows []Row
	for i := range texts {
		labels := make([]int, 1+rng.IntN(3))
		for k := range labels {
			labels[k] = min(rng.IntN(20), rng.IntN(20), rng.IntN(20), rng.IntN(20))
		}
		slices.Sort(labels)
		for _, label := range slices.Compact(labels) {
			row := Row{
				ID: strconv.Itoa(len(rows) + 1), Text: fmt.Sprintf("The patient of visit %d,\nsaid to be \"well\".", i), Label: fmt.Sprintf("Label %02d", label),
				Description: fmt.Sprintf("Visit %d", i),
			}
			if rng.IntN(4) > 0 {
				row.Keywords = fmt.Sprintf("label %02d, visit", label)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// drawRows draws rows of three or more texts under label sets of very different frequency, some of them repeated in
// another spelling.
func drawRows(t *rapid.T) []Row {
	texts := rapid.IntRange(3, 120).Draw(t, "texts")
	labels := rapid.IntRange(2, 12).Draw(t, "labels")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "rows"), 0))
	rows := []Row{{Text: "The text of case number 0", Label: "L0"}, {Text: "The text of case number 1", Label: "L1"}}
	for i := range texts {
		for range 1 + rng.IntN(3) {
			text := fmt.Sprintf("The text of case number %d", i)
			if rng.IntN(5) == 0 {
				text = strings.ToUpper(text) + "!"
			}
			rows = append(rows, Row{Text: text, Label: fmt.Sprintf("L%d", min(rng.IntN(labels), rng.IntN(labels)))})
		}
	}
	return rows
}

// content lists a part by what stands in it.
func content(c *Corpus, part []int, rows bool) []string {
	var out []string
	for _, i := range part {
		if rows {
			out = append(out, Clean(c.Rows[i].Text)+" / "+c.Rows[i].Label)
		} else {
			out = append(out, c.Notes[i].Key+c.Notes[i].Text)
		}
	}
	return out
}

func TestSplitProperties(t *testing.T) {
	for name, split := range map[string]func(*Corpus, uint64) (Indices, error){"GroupSplit": GroupSplit, "RowSplit": RowSplit} {
		t.Run(name, func(t *testing.T) {
			byRow := name == "RowSplit"
			rapid.Check(t, func(t *rapid.T) {
				rows := drawRows(t)
				c := build(t, rows)
				seed := rapid.Uint64().Draw(t, "seed")
				s, err := split(c, seed)
				if err != nil {
					t.Fatal(err)
				}
				total := len(c.Notes)
				if byRow {
					total = len(c.Rows)
				}
				all := slices.Sorted(slices.Values(slices.Concat(s.Train, s.Validation, s.Test)))
				for i := range total {
					if len(all) != total || all[i] != i {
						t.Fatalf("the parts do not make up the whole: %v", all)
					}
				}
				sizes := partSizes(total, partWeights)
				if got := [3]int{len(s.Train), len(s.Validation), len(s.Test)}; got != sizes || slices.Min(got[:]) == 0 {
					t.Fatalf("parts of %v, want %v", got, sizes)
				}
				again, err := split(c, seed)
				if err != nil || !cmp.Equal(s, again) {
					t.Fatal("the same seed gives another split")
				}
				shuffled := slices.Clone(rows)
				rng := rand.New(rand.NewPCG(seed, 9))
				rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
				other := build(t, shuffled)
				if other.Hash != c.Hash {
					t.Fatal("the order of the rows changes the hash")
				}
				reordered, err := split(other, seed)
				if err != nil {
					t.Fatal(err)
				}
				for i, part := range [][2][]int{{s.Train, reordered.Train}, {s.Validation, reordered.Validation}, {s.Test, reordered.Test}} {
					if diff := cmp.Diff(content(c, part[0], byRow), content(other, part[1], byRow)); diff != "" {
						t.Fatalf("the order of the rows changes part %d: %s", i, diff)
					}
				}
				if !byRow {
					noTextTwice(t, c, s)
				}
			})
		})
	}
}

func noTextTwice(t interface{ Fatalf(string, ...any) }, c *Corpus, s Indices) {
	where := map[string]int{}
	for part, notes := range [][]int{s.Train, s.Validation, s.Test} {
		for _, row := range c.RowsOf(notes) {
			text := Clean(c.Rows[row].Text)
			if other, seen := where[text]; seen && other != part {
				t.Fatalf("%q is in parts %d and %d", text, other, part)
			}
			where[text] = part
		}
	}
}

func TestSplitSmallCorpora(t *testing.T) {
	rows := []Row{{Text: "The first of the short texts", Label: "A"}, {Text: "The second of the short texts", Label: "B"}}
	for name, split := range map[string]func(*Corpus, uint64) (Indices, error){"texts": GroupSplit, "rows": RowSplit} {
		_, err := split(build(t, rows), 1)
		if want := "test: 2 " + name + "; a split into train, validation and test needs at least 3"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		third := append(slices.Clone(rows), Row{Text: "The third of the short texts", Label: "C"})
		s, err := split(build(t, third), 1)
		if err != nil || len(s.Train) != 1 || len(s.Validation) != 1 || len(s.Test) != 1 {
			t.Errorf("three %s: %+v, %v", name, s, err)
		}
	}
}

func TestPartSizes(t *testing.T) {
	for n, want := range map[int][3]int{3: {1, 1, 1}, 4: {2, 1, 1}, 10: {8, 1, 1}, 100: {76, 13, 11}, 4457: {3371, 595, 491}, 4950: {3744, 661, 545}} {
		if got := partSizes(n, partWeights); got != want {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
}

func TestRareClassesOfRowSplit(t *testing.T) {
	var rows []Row
	for label, n := range map[string]int{"common": 60, "one": 1, "two": 2, "three": 3} {
		for i := range n {
			rows = append(rows, Row{Text: fmt.Sprintf("A sufficiently long text on %s %d", label, i), Label: label})
		}
	}
	c := build(t, rows)
	s, err := RowSplit(c, 3)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one", "two"}, c.Absent(c.LabelCounts(c.notesOfRows(s.Validation)))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"one", "three", "two"}, c.Absent(c.LabelCounts(c.notesOfRows(s.Test)))); diff != "" {
		t.Error(diff)
	}
	if absent := c.Absent(c.LabelCounts(c.notesOfRows(s.Train))); len(absent) > 0 {
		t.Errorf("absent from train: %q", absent)
	}
}
