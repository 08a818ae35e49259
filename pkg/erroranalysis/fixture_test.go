package erroranalysis

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// sample is a made-up test part.
type sample struct {
	labels     []string
	gold       [][]int // what the corpus files each text under, ascending
	predicted  []int
	confidence []float64 // nil for .6 everywhere
	texts      []string  // nil for a text of the right length
	characters []int
	tokens     []int
	truncated  []bool
	train      [][]int
	document   []int
}

func labelNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("label %02d", i)
	}
	return names
}

func keyOf(text string) string {
	sum := sha256.Sum256([]byte(corpus.Clean(text)))
	return hex.EncodeToString(sum[:])
}

// input builds a corpus with the sample's texts and the predictions of them.
func (s sample) input() Input {
	c := &corpus.Corpus{Name: "made-up", Labels: s.labels, Hash: "corpus-hash"}
	set := predict.Set{Labels: slices.Clone(s.labels), CorpusHash: c.Hash, Model: "model", Part: "test"}
	for i, gold := range s.gold {
		text := fmt.Sprintf("text %d", i)
		if s.texts != nil {
			text = s.texts[i]
		}
		note := corpus.Note{ID: fmt.Sprintf("n%04d", i), Text: text, Key: keyOf(text), Labels: gold}
		for _, label := range gold {
			note.Rows = append(note.Rows, len(c.Rows))
			c.Rows = append(c.Rows, corpus.Row{ID: note.ID, Text: text, Label: s.labels[label], Note: i})
		}
		c.Notes = append(c.Notes, note)
		confidence := .6
		if s.confidence != nil {
			confidence = s.confidence[i]
		}
		p := predict.Prediction{NoteID: note.ID, Gold: gold, Scores: scores(len(s.labels), s.predicted[i], confidence)}
		if s.characters != nil {
			p.Characters = s.characters[i]
		}
		if s.tokens != nil {
			p.Tokens = s.tokens[i]
		}
		if s.truncated != nil {
			p.Truncated = s.truncated[i]
		}
		set.Predictions = append(set.Predictions, p)
	}
	in := Input{Test: set, Corpus: c, Train: s.train}
	for _, label := range s.document {
		in.DocumentLabels = append(in.DocumentLabels, s.labels[label])
	}
	return in
}

// scores gives the first label the confidence and divides the rest over the others, the lower index first.
func scores(labels, first int, confidence float64) []float32 {
	out := make([]float32, labels)
	rest := 0.0
	for i := range labels - 1 {
		rest += float64(labels - i)
	}
	at := 0
	for i := range out {
		if i == first {
			out[i] = float32(confidence)
			continue
		}
		out[i] = float32((1 - confidence) * float64(labels-at) / rest)
		at++
	}
	return out
}

// random returns a sample of n texts under labels labels: truncated texts are misread more often, and texts under label 1 always.
func random(n, labels int, seed uint64) sample {
	r := rand.New(rand.NewPCG(seed, 1))
	set := func() []int {
		var own []int
		for range 1 + r.IntN(3) {
			own = append(own, int(math.Abs(r.NormFloat64())*float64(labels)/3)%labels)
		}
		slices.Sort(own)
		return slices.Compact(own)
	}
	s := sample{labels: labelNames(labels), document: []int{0, labels - 1}}
	for i := range n {
		gold := set()
		length := 100 + r.IntN(5000)
		predicted := gold[r.IntN(len(gold))]
		long := length/4 > LongTokens
		if !slices.Contains(gold, 1) && (r.Float64() < .1 || long && r.Float64() < .5) {
			predicted = r.IntN(labels)
		}
		if slices.Contains(gold, 1) && len(gold) < labels {
			for slices.Contains(gold, predicted) {
				predicted = r.IntN(labels)
			}
		}
		s.gold, s.predicted = append(s.gold, gold), append(s.predicted, predicted)
		s.confidence = append(s.confidence, .5+.4*r.Float64())
		s.characters, s.tokens, s.truncated = append(s.characters, length), append(s.tokens, length/4), append(s.truncated, long)
		headings := []string{"SUBJECTIVE: fine", "PLAN: rest", "Preoperative diagnosis: none", ""}
		s.texts = append(s.texts, fmt.Sprintf("%s.\nHISTORY: number %d. Seen on 2/3/%d.\n%s", headings[r.IntN(4)], i, 2000+r.IntN(4), headings[r.IntN(4)]))
	}
	for range 4 * n {
		s.train = append(s.train, set())
	}
	return s
}

// quick are options for tests that do not look at the intervals.
var quick = Options{Bootstrap: evaluate.Options{Resamples: 40}}

func analyse(t interface {
	Helper()
	Fatal(args ...any)
}, in Input, options Options,
) *Analysis {
	t.Helper()
	a, err := Run(in, options)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
