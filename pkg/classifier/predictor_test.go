package classifier

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

var _ predict.Predictor = (*Predictor)(nil)

func TestPredictorEqualsPEFTNoteByNote(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	var texts []string
	for _, note := range g.Notes {
		texts = append(texts, note.Text)
	}
	for _, name := range backends {
		backend := modelkit.Backend(t, OpenBackend, name)
		c := opened(t, "testdata/tiny", filepath.Join("testdata", "adapter-all"))
		p, err := NewPredictor(backend, c, 2) // the last batch is not full
		if err != nil {
			t.Fatal(err)
		}
		outputs, err := p.Predict(t.Context(), texts)
		if err != nil || len(outputs) != len(texts) {
			t.Fatalf("%d outputs for %d notes, %v", len(outputs), len(texts), err)
		}
		for i, note := range g.Notes {
			testkit.NearAll(t, name+" "+note.Text, outputs[i].Logits, note.Logits["adapter-all"], tolerance)
			if outputs[i].Truncated != note.Truncated {
				t.Errorf("%s: %q is cut: %v, want %v", name, note.Text, outputs[i].Truncated, note.Truncated)
			}
		}
	}
}

func TestPredictorOfNothingAndOfAnEndedContext(t *testing.T) {
	c := opened(t, "testdata/tiny", "")
	p, err := NewPredictor(modelkit.Backend(t, OpenBackend, "go"), c, 4)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := p.Predict(t.Context(), nil); err != nil || len(out) != 0 {
		t.Errorf("no notes give %v, %v", out, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Predict(ctx, []string{"chest pain"}); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context gives %v", err)
	}
	_, err = NewPredictor(modelkit.Backend(t, OpenBackend, "go"), c, 0)
	testkit.Refused(t, "a batch of nothing", err, "0 notes")
	if len(p.Labels()) != 5 {
		t.Errorf("labels %v", p.Labels())
	}
}
