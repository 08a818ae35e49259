package attribution

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// vocabulary is what random notes are made of: words of one piece and of several, punctuation, and what the tokenizer does not know.
var vocabulary = strings.Fields("chest pain left knee appendectomy arthritis , . - surgery denies Café 中文 98°F stable neurology z?z plan")

func randomNote(rng *rand.Rand, words int) string {
	chosen := make([]string, words)
	for i := range chosen {
		chosen[i] = vocabulary[rng.IntN(len(vocabulary))]
	}
	return strings.Join(chosen, " ")
}

// Sundararajan et al. (2017), proposition 1: the attributions sum to f(x) - f(baseline). The head's ReLU makes the path rough, so that
// the quadrature is left with an error, which is measured against all that is attributed, signs apart.
func TestIntegratedGradientsAreComplete(t *testing.T) {
	const tolerance = 0.01
	backend := modelkit.Backend(t, classifier.OpenBackend, "xla:cpu") // many passes: the other backend takes minutes
	c := openModel(t, adapterAll)
	rng := rand.New(rand.NewPCG(1, 2))
	var notes []Note
	for i := range 8 {
		notes = append(notes, Note{ID: "n", Text: randomNote(rng, 1+2*i), Label: c.Labels[i%len(c.Labels)]})
	}
	for _, baseline := range []Baseline{Masked, Zeroed} {
		for i, a := range attribute(t, newAttributor(t, backend, c, Options{Method: IntegratedGradients, Baseline: baseline, Steps: 300, BatchSize: 64}), notes...) {
			total, pieces := 0.0, 0.0
			for _, s := range a.Spans {
				total += math.Abs(a.Value(s))
			}
			for _, token := range a.Tokens {
				pieces += token.Value
			}
			if math.Abs(a.Gap()) > tolerance*total {
				t.Errorf("%s, note %d: the attributions sum to %.4f for a logit difference of %.4f; all are %.4f", baseline, i, a.Sum(), a.Logit-*a.BaselineLogit, total)
			}
			if math.Abs(pieces-a.Sum()) > 1e-9*total {
				t.Errorf("%s, note %d: tokens sum to %v, spans to %v", baseline, i, pieces, a.Sum())
			}
			if first, last := a.Tokens[0].Value, a.Tokens[len(a.Tokens)-1].Value; first != 0 || last != 0 {
				t.Errorf("%s, note %d: [CLS] is attributed %v, [SEP] %v", baseline, i, first, last)
			}
		}
	}
}

// A note's attribution depends neither on what shares its batch nor on the batch's shape.
func TestNotesAreAttributedAlone(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	c := openModel(t, adapterAll)
	rng := rand.New(rand.NewPCG(3, 4))
	var notes []Note
	for i := range 7 {
		notes = append(notes, Note{ID: "n", Text: randomNote(rng, 3+6*i)})
	}
	for _, o := range []Options{
		{Method: GradientInput, BatchSize: 3},
		{Method: IntegratedGradients, Steps: 3, BatchSize: 4},
		{Method: Occlusion, BatchSize: 2}, // in several chunks
	} {
		together := newAttributor(t, backend, c, o)
		o.BatchSize = 1
		alone := newAttributor(t, backend, c, o)
		got := attribute(t, together, notes...)
		for i, note := range notes {
			want := attribute(t, alone, note)[0]
			testkit.NearAll(t, string(o.Method), wordValues(got[i]), wordValues(want), 1e-5)
			if got[i].Label != want.Label || got[i].Read != want.Read {
				t.Errorf("%s: label %q, read %v, alone %q, %v", o.Method, got[i].Label, got[i].Read, want.Label, want.Read)
			}
		}
	}
}

// The word table is put aside while the graph is built; neither running it nor predicting afterwards may see that.
func TestTheModelStaysAsItIs(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	c := openModel(t, adapterAll)
	before, err := c.Tensor(wordTable)
	if err != nil {
		t.Fatal(err)
	}
	a := newAttributor(t, backend, c, Options{Method: GradientInput})
	note := Note{ID: "n", Text: "Left knee arthroscopy under anesthesia."}
	first := attribute(t, a, note)[0]
	after, err := c.Tensor(wordTable)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" || c.Config.VocabSize != before.Shape[0] {
		t.Errorf("the word embeddings changed: %s", diff)
	}
	p, err := classifier.NewPredictor(backend, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Predict(t.Context(), []string{note.Text})
	if err != nil {
		t.Fatal(err)
	}
	logit := float64(out[0].Logits[slices.Index(c.Labels, first.Label)])
	testkit.NearAll(t, "the predictor's logit", []float64{first.Logit}, []float64{logit}, 1e-6)

	bias, err := c.Tensor("classifier.bias")
	if err != nil {
		t.Fatal(err)
	}
	for i := range bias.Data {
		bias.Data[i]++
	}
	if err := c.SetTensor("classifier.bias", bias); err != nil {
		t.Fatal(err)
	}
	testkit.NearAll(t, "the logit after training went on", []float64{attribute(t, a, note)[0].Logit}, []float64{logit + 1}, 1e-5)
}

func TestSpansAreRelativeToTheWeightiestWord(t *testing.T) {
	text := "Appendectomy noted; cardiac history denied."
	c := openModel(t, adapterAll)
	a := attribute(t, newAttributor(t, modelkit.Backend(t, classifier.OpenBackend, "go"), c, Options{Method: GradientInput}), Note{ID: "n", Text: text})[0]
	largest, values := 0.0, tokenValues(a)
	for _, s := range a.Spans {
		largest = max(largest, math.Abs(s.Weight))
	}
	if largest != 1 || a.Scale <= 0 {
		t.Errorf("the largest weight is %v at scale %v", largest, a.Scale)
	}
	if word := text[a.Spans[0].Start:a.Spans[0].End]; word != "Appendectomy" {
		t.Errorf("the first word is %q", word)
	}
	testkit.NearAll(t, "append + ##ectomy", []float64{a.Value(a.Spans[0])}, []float64{values[1] + values[2]}, 1e-9)
	if err := a.Fits(text); err != nil {
		t.Error(err)
	}
	testkit.Refused(t, "another text", a.Fits(text+" "), `note "n"`, "another text", "attribute it again")
	testkit.Refused(t, "another text of this length", a.Fits(strings.ToUpper(text)), "another text")
}

func TestProgressCountsPassesAndContextStops(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	c := openModel(t, "")
	notes := []Note{{ID: "a", Text: "chest pain"}, {ID: "b", Text: "appendectomy"}, {ID: "c", Text: "left knee " + strings.Repeat("pain ", 40)}}
	for _, test := range []struct {
		options Options
		passes  int
	}{
		{Options{Method: GradientInput}, 3},
		{Options{Method: IntegratedGradients, Steps: 4}, 18},
		{Options{Method: Occlusion}, 3 + 2 + 1 + 42},
	} {
		test.options.BatchSize = 2
		a := newAttributor(t, backend, c, test.options)
		var seen []int
		ctx, cancel := context.WithCancel(t.Context())
		_, err := a.Attribute(ctx, notes, func(done, total int) {
			if seen = append(seen, done); total != test.passes {
				t.Errorf("%s: %d passes in all, want %d", a.options.Method, total, test.passes)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(seen) || seen[len(seen)-1] != test.passes {
			t.Errorf("%s: progress %v of %d", a.options.Method, seen, test.passes)
		}
		calls := 0
		_, err = a.Attribute(ctx, notes, func(int, int) { calls++; cancel() })
		if !errors.Is(err, context.Canceled) || calls != 1 {
			t.Errorf("%s: cancelled in the first batch, it went on for %d: %v", a.options.Method, calls, err)
		}
	}
	if out, err := newAttributor(t, backend, c, Options{}).Attribute(t.Context(), nil, nil); err != nil || len(out) != 0 {
		t.Errorf("no notes give %v, %v", out, err)
	}
}

func TestAttributeRefuses(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	c := openModel(t, "")
	attempt := func(o Options, notes ...Note) error {
		_, err := newAttributor(t, backend, c, o).Attribute(t.Context(), notes, nil)
		return err
	}
	fine := Note{ID: "fine", Text: "chest pain"}
	testkit.Refused(t, "an unknown label", attempt(Options{}, fine, Note{ID: "n7", Text: "chest", Label: "Astrology"}), `note "n7"`, `"Astrology"`, "5")
	testkit.Refused(t, "an empty note", attempt(Options{}, fine, Note{ID: "n8"}), `note "n8"`, "no words")
	testkit.Refused(t, "a note of white space", attempt(Options{}, Note{ID: "n9", Text: " \n\t"}), `note "n9"`, "no words")
	testkit.Refused(t, "a note that is not UTF-8", attempt(Options{}, Note{ID: "n10", Text: "a\xff"}), `note "n10"`, "UTF-8")

	bias, err := c.Tensor("classifier.bias")
	if err != nil {
		t.Fatal(err)
	}
	bias.Data[3] = float32(math.NaN())
	if err := c.SetTensor("classifier.bias", bias); err != nil {
		t.Fatal(err)
	}
	for _, method := range []Method{GradientInput, IntegratedGradients, Occlusion} {
		testkit.Refused(t, string(method), attempt(Options{Method: method}, fine), `note "fine"`, c.Labels[3], "NaN", "finite")
	}
}

func TestNewRefuses(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	c := openModel(t, "")
	for what, test := range map[string]struct {
		options Options
		says    string
	}{
		"an unknown method":       {Options{Method: "tea-leaves"}, `"tea-leaves"`},
		"an unknown baseline":     {Options{Baseline: "noise"}, `"noise"`},
		"removal by gradients":    {Options{Method: IntegratedGradients, Baseline: Removed}, `"remove"`},
		"occlusion by zeros":      {Options{Method: Occlusion, Baseline: Zeroed}, `"zero"`},
		"less than one step":      {Options{Method: IntegratedGradients, Steps: -1}, "-1 steps"},
		"steps of one pass":       {Options{Method: GradientInput, Steps: 5}, "no steps"},
		"a batch of less than no": {Options{BatchSize: -2}, "-2 rows"},
	} {
		_, err := New(backend, c, test.options)
		testkit.Refused(t, what, err, test.says)
	}

	maskless, err := classifier.Open(tinyWith(t, "tokenizer.json", func(tokenizer map[string]any) {
		tokenizer["added_tokens"] = slices.DeleteFunc(tokenizer["added_tokens"].([]any), func(token any) bool {
			return token.(map[string]any)["content"] == "[MASK]"
		})
	}), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(backend, maskless, Options{}); err != nil {
		t.Errorf("BERT's tokenizer knows [MASK] without being told: %v", err)
	}
	dir := maskless.BaseDir
	if err := os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), []byte(`{"tokenizer_class": "PreTrainedTokenizerFast"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if maskless, err = classifier.Open(dir, ""); err != nil {
		t.Fatal(err)
	}
	_, err = New(backend, maskless, Options{})
	testkit.Refused(t, "a tokenizer without [MASK]", err, dir, "no token [MASK]", "another baseline")
	if _, err := New(backend, maskless, Options{Baseline: Padded}); err != nil {
		t.Errorf("another baseline: %v", err)
	}

	o, err := Options{}.complete()
	if want := (Options{IntegratedGradients, Masked, DefaultSteps, classifier.DefaultBatchSize}); err != nil || o != want {
		t.Errorf("the defaults are %+v, %v, want %+v", o, err, want)
	}
}
