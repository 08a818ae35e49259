package study

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

const tiny = "../classifier/testdata/tiny"

// wordsOf are words of tiny's vocabulary, a few for each label.
var wordsOf = map[string][]string{
	"Cardiology": {"chest", "heart", "blood", "pressure"},
	"Orthopedic": {"knee", "hip", "fracture", "left"},
	"Chirurgie":  {"surgery", "incision", "closed", "procedure"},
	"Pulmonary":  {"lung", "cough", "fever", "exam"},
}

// notesCSV writes 60 notes under 4 labels. Every fifteenth text stands under a second label as well.
func notesCSV(t *testing.T) string {
	t.Helper()
	labels := []string{"Cardiology", "Chirurgie", "Orthopedic", "Pulmonary"}
	var b strings.Builder
	b.WriteString("text,label\n")
	for i := range 60 {
		label := labels[i%4]
		text := ""
		for k := range 6 + i%20 {
			text += wordsOf[label][(k*k+i/4)%4] + " "
		}
		text += fmt.Sprintf("mg %d %d", i/10, i%10)
		fmt.Fprintf(&b, "%s,%s\n", text, label)
		if i%15 == 0 {
			fmt.Fprintf(&b, "%s,%s\n", text, labels[(i+1)%4])
		}
	}
	path := filepath.Join(t.TempDir(), "notes.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// tinyProfile is quick: the tiny base on the Go backend.
func tinyProfile(t *testing.T, settings ...string) Profile {
	t.Helper()
	return readProfile(t, "demo", append([]string{
		"corpus.source=file", "corpus.path=" + notesCSV(t), "base=" + tiny, "backend=go", "max_length=32",
		"train.batch_size=8", "train.epochs=2", "train.warmup_steps=1",
	}, settings...)...)
}

func readNotes(t *testing.T, p Profile) *Notes {
	t.Helper()
	notes, err := p.ReadNotes(t.Context(), Tell{})
	if err != nil {
		t.Fatal(err)
	}
	return notes
}

func prepare(t *testing.T, p Profile, notes *Notes) *classifier.Classifier {
	t.Helper()
	model, err := p.model(p.Base, notes.Corpus.Labels)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func TestTrainingDataHasTheTargetsAskedFor(t *testing.T) {
	p := tinyProfile(t)
	notes := readNotes(t, p)
	model := prepare(t, p, notes)
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
	for _, part := range [][]corpus.Example{notes.Train, notes.Validation, notes.Test} {
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
	set, err := notes.predict(context.Background(), majority, "majority", "test", notes.Test)
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
	got, err := notes.validate(context.Background(), fixed{notes.Corpus.Labels, logits})
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
