package attribution

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// tolerance is relative to the largest value compared. The reference is computed in float64; float32 sums of this size stray from it
// by some 1e-6, gradients through two layer norms by ten times that.
const tolerance = 1e-4

// backends are the two that every machine has.
var backends = []string{"go", "xla:cpu"}

const (
	tiny       = "../classifier/testdata/tiny"
	adapterAll = "../classifier/testdata/adapter-all"
)

type goldenNote struct {
	Text   string   `json:"text"`
	Tokens [][3]int `json:"tokens"` // id, start, end
	Words  [][4]int `json:"words"`  // start, end, first token, last token + 1
}

type goldenCase struct {
	Note      int    `json:"note"`
	Model     string `json:"model"`
	Label     int    `json:"label"`
	Predicted int    `json:"predicted"`
	Logit     float64
	Gradient  [][]float64
	Baselines map[Baseline]struct {
		GradientInput       []float64 `json:"gradient-x-input"`
		IntegratedGradients []float64 `json:"integrated-gradients"`
		Logit               float64
	}
	Occlusion map[Baseline][]float64
}

type golden struct {
	Steps int          `json:"steps"`
	Notes []goldenNote `json:"notes"`
	Cases []goldenCase `json:"cases"`
}

func openModel(t *testing.T, adapter string) *classifier.Classifier {
	t.Helper()
	c, err := classifier.Open(tiny, adapter)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newAttributor(t *testing.T, backend compute.Backend, c *classifier.Classifier, o Options) *Attributor {
	t.Helper()
	a, err := New(backend, c, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func attribute(t *testing.T, a *Attributor, notes ...Note) []Attribution {
	t.Helper()
	out, err := a.Attribute(t.Context(), notes, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tokenValues(a Attribution) []float64 {
	out := make([]float64, len(a.Tokens))
	for i, token := range a.Tokens {
		out[i] = token.Value
	}
	return out
}

func wordValues(a Attribution) []float64 {
	out := make([]float64, len(a.Spans))
	for i, s := range a.Spans {
		out[i] = a.Value(s)
	}
	return out
}

// folder is where a case's adapter lies; the base alone has none.
func folder(name string) string {
	if name == "" {
		return ""
	}
	return "../classifier/testdata/" + name
}

func TestAttributionsEqualTorch(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	few := []Options{{Method: GradientInput, Baseline: Zeroed}, {Method: IntegratedGradients, Baseline: Masked, Steps: g.Steps}}
	all := append(few,
		Options{Method: GradientInput, Baseline: Masked},
		Options{Method: IntegratedGradients, Baseline: Padded, Steps: g.Steps},
		Options{Method: Occlusion, Baseline: Masked},
		Options{Method: Occlusion, Baseline: Removed},
	)
	for _, name := range backends {
		backend := modelkit.Backend(t, classifier.OpenBackend, name)
		for _, adapter := range []string{"", "adapter-qv", "adapter-all"} {
			if name == "xla:cpu" && adapter != "adapter-all" {
				continue // XLA compiles each model, method and length anew
			}
			c := openModel(t, folder(adapter))
			var notes []Note
			var cases []goldenCase
			for _, test := range g.Cases {
				if test.Model == adapter {
					cases = append(cases, test)
					note := Note{ID: fmt.Sprint(len(notes)), Text: g.Notes[test.Note].Text}
					if test.Label != test.Predicted {
						note.Label = c.Labels[test.Label]
					}
					notes = append(notes, note)
				}
			}
			methods := few
			switch {
			case name == "xla:cpu":
				methods = few[1:]
			case adapter == "adapter-all":
				methods = all
			}
			for _, o := range methods {
				a := newAttributor(t, backend, c, o)
				for i, got := range attribute(t, a, notes...) {
					test := cases[i]
					what := fmt.Sprintf("%s, %q, %s from %s, note %d, label %d", name, adapter, o.Method, o.Baseline, test.Note, test.Label)
					if got.Label != c.Labels[test.Label] || got.Predicted != c.Labels[test.Predicted] {
						t.Errorf("%s: label %q, predicted %q", what, got.Label, got.Predicted)
					}
					testkit.NearAll(t, what+": logit", []float64{got.Logit}, []float64{test.Logit}, tolerance)
					switch o.Method {
					case GradientInput:
						testkit.NearAll(t, what, tokenValues(got), test.Baselines[o.Baseline].GradientInput, tolerance)
					case IntegratedGradients:
						testkit.NearAll(t, what, tokenValues(got), test.Baselines[o.Baseline].IntegratedGradients, tolerance)
						testkit.NearAll(t, what+": baseline", []float64{*got.BaselineLogit}, []float64{test.Baselines[o.Baseline].Logit}, tolerance)
					case Occlusion:
						testkit.NearAll(t, what, wordValues(got), test.Occlusion[o.Baseline], tolerance)
					}
				}
			}
		}
	}
}

// embeddingGradients gives a function from notes and labels to the gradient of the label's logit by the word embeddings of the note's tokens,
// dim after dim.
func embeddingGradients(t *testing.T, backend compute.Backend, c *classifier.Classifier) func(note goldenNote, label int) []float64 {
	t.Helper()
	exec, err := model.NewExec(backend, c.Store, func(scope *model.Scope, ids, mask, at, label *graph.Node) *graph.Node {
		return pathGradient(c, scope, ids, mask, mask, at, label, noReplacement).gradient
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(note goldenNote, label int) []float64 {
		const rows = 2 // of which the second is the note cut short: its gradient must not leak into the first
		length := len(note.Tokens) + 3
		ids, mask := make([]int32, rows*length), make([]bool, rows*length)
		for i, token := range note.Tokens {
			ids[i], mask[i] = int32(token[0]), true
			ids[length+i], mask[length+i] = int32(token[0]), i < 4
		}
		out, err := exec.Call1(tensors.FromFlatDataAndDimensions(ids, rows, length), tensors.FromFlatDataAndDimensions(mask, rows, length),
			[]float32{1, 1}, []int32{int32(label), 0})
		if err != nil {
			t.Fatal(err)
		}
		values, err := flat[float32](out)
		if err != nil {
			t.Fatal(err)
		}
		return widen(values[:len(note.Tokens)*c.Config.Dim])
	}
}

func TestGradientsByWordEmbeddingsEqualTorch(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	compared := 0
	for _, name := range backends {
		backend := modelkit.Backend(t, classifier.OpenBackend, name)
		for _, adapter := range []string{"", "adapter-qv", "adapter-all"} {
			if name == "xla:cpu" && adapter != "adapter-all" {
				continue
			}
			gradient := embeddingGradients(t, backend, openModel(t, folder(adapter)))
			for _, test := range g.Cases {
				if test.Gradient == nil || test.Model != adapter {
					continue
				}
				got := gradient(g.Notes[test.Note], test.Label)
				testkit.NearAll(t, fmt.Sprintf("%s, %q, label %d", name, test.Model, test.Label), got, slices.Concat(test.Gradient...), tolerance)
				compared++
			}
		}
	}
	if compared != 8 {
		t.Errorf("%d gradients compared, want 8", compared)
	}
}
