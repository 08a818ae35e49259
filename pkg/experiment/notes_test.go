package experiment

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// readNotes reads a profile's notes.
func readNotes(t *testing.T, p profile.Profile) *Notes {
	t.Helper()
	return newExperiment(t, p, nil).Notes
}

func TestTrainingDataHasTheTargetsAskedFor(t *testing.T) {
	p := tinyProfile(t)
	notes := readNotes(t, p)
	model, err := newModel(p, p.Base, notes.Corpus.Labels)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, note := range notes.Train {
		rows += len(note.Labels)
	}
	if rows == len(notes.Train) {
		t.Fatal("no training text has two labels")
	}
	sets, err := notes.trainingData("sets", model)
	if err != nil {
		t.Fatal(err)
	}
	if len(sets.Encodings) != len(notes.Train) || len(sets.Targets) != len(sets.Encodings) {
		t.Fatalf("sets: %d encodings and %d targets for %d texts", len(sets.Encodings), len(sets.Targets), len(notes.Train))
	}
	for i, note := range notes.Train {
		labels := note.Labels
		for class, share := range sets.Targets[i] {
			want := float32(0)
			if slices.Contains(labels, class) {
				want = 1 / float32(len(labels))
			}
			if share != want {
				t.Errorf("text %d of labels %v: class %d has %v", i, labels, class, share)
			}
		}
	}
	single, err := notes.trainingData("rows", model)
	if err != nil {
		t.Fatal(err)
	}
	if len(single.Encodings) != rows || len(single.Targets) != rows {
		t.Fatalf("rows: %d encodings and %d targets for %d rows", len(single.Encodings), len(single.Targets), rows)
	}
	at := 0
	for i, note := range notes.Train {
		for _, label := range note.Labels {
			want := make([]float32, len(notes.Corpus.Labels))
			want[label] = 1
			if !slices.Equal(single.Targets[at], want) || !cmp.Equal(single.Encodings[at], sets.Encodings[i]) {
				t.Errorf("row %d is not that of text %d under label %d", at, i, label)
			}
			at++
		}
	}
	if longest := sets.Buckets[len(sets.Buckets)-1]; longest != 32 {
		t.Errorf("the longest bucket is %d, max_length is 32", longest)
	}
	counts := notes.counts(sets)
	if counts.Texts != 60 || counts.RowsKept != 64 || counts.Labels != 4 || counts.Train+counts.Validation+counts.Test != 60 || counts.Train != len(notes.Train) {
		t.Errorf("counts: %+v", counts)
	}
}

// A text under two labels is one text of each part that its rows stand in, with its labels there.
func TestRowProtocolListsATextOncePerPart(t *testing.T) {
	notes := readNotes(t, tinyProfile(t, "corpus.protocol=row"))
	rows, parts := 0, map[string]int{}
	for _, part := range [][]corpus.Note{notes.Train, notes.Validation, notes.Test} {
		seen := map[string]bool{}
		for _, e := range part {
			if seen[e.ID] {
				t.Errorf("text %s stands twice in a part", e.ID)
			}
			seen[e.ID] = true
			rows += len(e.Labels)
			parts[e.ID] += len(e.Labels)
			if !slices.IsSorted(e.Labels) {
				t.Errorf("labels %v of %s", e.Labels, e.ID)
			}
		}
	}
	if rows != len(notes.Corpus.Rows) {
		t.Errorf("the parts hold %d rows of %d", rows, len(notes.Corpus.Rows))
	}
	for _, note := range notes.Corpus.Notes {
		if parts[note.ID] != len(note.Labels) {
			t.Errorf("text %s has %d labels over the parts, %d in all", note.ID, parts[note.ID], len(note.Labels))
		}
	}
}

func TestLimitTakesTrainingTextsOnly(t *testing.T) {
	p := tinyProfile(t)
	all := readNotes(t, p)
	p.Corpus.Limit = 10
	few := readNotes(t, p)
	if !cmp.Equal(few.Train, all.Train[:10]) || !cmp.Equal(few.Test, all.Test) || !cmp.Equal(few.Validation, all.Validation) {
		t.Errorf("train %v, without a limit %v", few.Train, all.Train)
	}
	p.Corpus.Limit = 10_000
	if more := readNotes(t, p); !cmp.Equal(more.Train, all.Train) {
		t.Error("a limit above the number of texts changes them")
	}
}

func TestMajorityAnswersWithTheTrainingShares(t *testing.T) {
	notes := readNotes(t, tinyProfile(t))
	majority, err := notes.majority()
	if err != nil {
		t.Fatal(err)
	}
	counts, total := notes.Corpus.LabelCounts(notes.Train), 0
	for _, n := range counts {
		total += n
	}
	set, err := notes.predict(t.Context(), majority, "majority", "test", notes.Test)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Predictions) != len(notes.Test) || set.Part != "test" || set.Model != "majority" || set.CorpusHash != notes.Corpus.Hash {
		t.Errorf("set: %+v", set)
	}
	for i, q := range set.Predictions {
		if q.NoteID != notes.Test[i].ID || !slices.Equal(q.Gold, notes.Test[i].Labels) {
			t.Errorf("prediction %d is of note %s, labels %v", i, q.NoteID, q.Gold)
		}
		for class, score := range q.Scores {
			if want := float64(counts[class]) / float64(total); math.Abs(float64(score)-want) > 1e-6 {
				t.Errorf("class %d has %v, its share is %v", class, score, want)
			}
		}
	}
}

// fixed is a predictor that gives every text the same logits.
type fixed struct {
	labels []string
	logits []float32
}

func (f fixed) Labels() []string { return f.labels }

func (f fixed) Predict(_ context.Context, texts []string) ([]predict.Output, error) {
	return slices.Repeat([]predict.Output{{Logits: f.logits}}, len(texts)), nil
}

func TestValidateComputesTheRowsMeanCrossEntropy(t *testing.T) {
	notes := readNotes(t, tinyProfile(t))
	notes.Validation = append(append(notes.Train, notes.Validation...), notes.Test...) // with texts of two labels
	logits := []float32{0.5, -1, 2, 300}
	got, err := notes.validate(t.Context(), fixed{notes.Corpus.Labels, logits})
	if err != nil {
		t.Fatal(err)
	}
	// Of softmax([0.5, -1, 2, 300]) only the last share is not 0 in float64, and log(sum exp) is 300.
	loss, rows, hits, valid := 0.0, 0, 0, 0
	for _, note := range notes.Corpus.Notes {
		for _, label := range note.Labels {
			loss += 300 - float64(logits[label])
			rows++
			if label == 3 {
				hits++
			}
		}
		if slices.Contains(note.Labels, 3) {
			valid++
		}
	}
	for what, v := range map[string][2]float64{
		"loss": {got.Loss, loss / float64(rows)}, "accuracy": {got.Accuracy, float64(hits) / float64(rows)},
		"any valid": {got.AnyValid, float64(valid) / float64(len(notes.Corpus.Notes))},
	} {
		if math.Abs(v[0]-v[1]) > 1e-9*math.Abs(v[1]) {
			t.Errorf("%s is %v, want %v", what, v[0], v[1])
		}
	}
	// One class is answered right, so the macro-F1 is its F1 over the four classes.
	precision, recall := float64(hits)/float64(rows), 1.0
	if want := 2 * precision * recall / (precision + recall) / 4; math.Abs(got.MacroF1-want) > 1e-9 {
		t.Errorf("macro-F1 is %v, want %v", got.MacroF1, want)
	}
}

func TestReadNotes(t *testing.T) {
	p := tinyProfile(t)
	notes := readNotes(t, p)
	if c := notes.Corpus; c.Name != "notes.csv" || c.Synthetic || len(c.Labels) != 4 || notes.Split.Protocol != corpus.ProtocolGroup {
		t.Errorf("corpus %s, synthetic %t, labels %q, protocol %s", c.Name, c.Synthetic, c.Labels, notes.Split.Protocol)
	}
	synthetic, err := ReadNotes(t.Context(), profile.Corpus{Source: "demo", Protocol: corpus.ProtocolRow, Seed: 7}, stage.Log{})
	if err != nil || !synthetic.Corpus.Synthetic || synthetic.Split.Protocol != corpus.ProtocolRow || len(synthetic.Test) == 0 {
		t.Errorf("the demo's notes: %v", err)
	}
	p.Corpus.Path = "no-such.csv"
	_, err = ReadNotes(t.Context(), p.Corpus, stage.Log{})
	testkit.Refused(t, "no file", err, "no-such.csv")
	few := testkit.WriteFile(t, filepath.Join(t.TempDir(), "few.csv"), "text,label\na text that is long enough,a\nanother text that is long enough,b\n")
	p.Corpus.Path = few
	_, err = ReadNotes(t.Context(), p.Corpus, stage.Log{})
	testkit.Refused(t, "too few notes", err, "few.csv", "at least 3")
}

func TestNewChecksTheProfileFirst(t *testing.T) {
	p := tinyProfile(t)
	p.Corpus.Path, p.Train.Epochs = "no-such.csv", 0
	_, err := New(t.Context(), p, nil, stage.Log{})
	testkit.Refused(t, "epochs", err, "train.epochs")
	p.Train.Epochs = 1
	_, err = New(t.Context(), p, nil, stage.Log{})
	testkit.Refused(t, "notes", err, "no-such.csv")
}

func TestCountsNameTheLabelsThatAPartLacks(t *testing.T) {
	p := tinyProfile(t)
	rare := testkit.ReadFile(t, p.Corpus.Path) + "a note of a label that stands alone,Alone\n"
	testkit.WriteFile(t, p.Corpus.Path, rare)
	notes := readNotes(t, p)
	c := notes.counts(train.Data{Buckets: []int{16, 32}})
	if !slices.Equal(c.AbsentInTest, []string{"Alone"}) || len(c.AbsentInTrain) != 0 || !c.trained("Alone") || c.MaxLength != 32 {
		t.Errorf("counts %+v", c)
	}
	notes.Train = nil
	if c := notes.counts(train.Data{Buckets: []int{32}}); len(c.AbsentInTrain) != 5 || c.trained("Alone") {
		t.Errorf("without training texts: %+v", c)
	}
}

func TestLogSumExpDoesNotOverflow(t *testing.T) {
	for _, c := range []struct {
		values []float32
		want   float64
	}{
		{[]float32{0, 0, 0}, math.Log(3)}, {[]float32{1000, 1000}, 1000 + math.Log(2)}, {[]float32{-1000, -1001}, -1000 + math.Log(1+math.Exp(-1))}, {[]float32{5}, 5},
	} {
		testkit.Near(t, "log sum exp", logSumExp(c.values), c.want, 1e-9)
	}
}
