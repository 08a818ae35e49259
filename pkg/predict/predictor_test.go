package predict

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// byLength is a predictor whose logits depend on the text alone: its length in bytes favours the later labels.
type byLength struct {
	labels []string
	tamper func([]Output) []Output
	err    error
}

func (b byLength) Labels() []string { return b.labels }

func (b byLength) Predict(ctx context.Context, texts []string) ([]Output, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	outputs := make([]Output, len(texts))
	for i, text := range texts {
		for j := range b.labels {
			outputs[i].Logits = append(outputs[i].Logits, float32(j*len(text))/8)
		}
		outputs[i].Tokens = len(strings.Fields(text))
		outputs[i].Truncated = len(text) > 6
	}
	if b.tamper != nil {
		outputs = b.tamper(outputs)
	}
	return outputs, b.err
}

func TestRun(t *testing.T) {
	model := byLength{labels: []string{"Surgery", "Urology", "Letters"}}
	got, err := Run(t.Context(), model, []Note{
		{ID: "a", Text: "fièvre ü", Gold: []string{"Letters", "Surgery", "Letters"}},
		{ID: "b", Text: ""},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Prediction{
		{NoteID: "a", Gold: []int{0, 2}, Logits: []float32{0, 1.25, 2.5}, Scores: Softmax([]float32{0, 1.25, 2.5}, 1), Truncated: true, Tokens: 2, Characters: 8},
		{NoteID: "b", Gold: []int{}, Logits: []float32{0, 0, 0}, Scores: []float32{1. / 3, 1. / 3, 1. / 3}},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("Run (-want +got):\n%s", diff)
	}
}

func TestRunTakesScoresAsTheyAre(t *testing.T) {
	model := byLength{labels: []string{"x", "y"}, tamper: func(o []Output) []Output {
		o[0].Logits, o[0].Scores = nil, []float32{.25, .75}
		return o
	}}
	got, err := Run(t.Context(), model, []Note{{ID: "a", Text: "text", Gold: []string{"x"}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]float32{.25, .75}, got[0].Scores); diff != "" || got[0].Logits != nil {
		t.Errorf("scores changed: %v, logits %v", got[0].Scores, got[0].Logits)
	}
}

func TestRunRefuses(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	out := errors.New("the device is out of memory")
	note := Note{ID: "n1", Text: "text", Gold: []string{"x"}}
	tests := []struct {
		name  string
		ctx   context.Context
		model byLength
		note  Note
		want  string
		cause error
	}{
		{name: "unknown label", note: Note{ID: "n1", Gold: []string{"Astrology"}}, want: `note "n1" is filed under "Astrology", which is not one of the model's 2 labels`},
		{name: "model error", model: byLength{err: out}, want: "out of memory", cause: out},
		{name: "cancelled", ctx: stopped, want: "canceled", cause: context.Canceled},
		{name: "an output too few", model: byLength{tamper: func(o []Output) []Output { return o[1:] }}, want: "0 outputs for 1 notes"},
		{name: "a value too few", model: byLength{tamper: func(o []Output) []Output { o[0].Logits = o[0].Logits[1:]; return o }}, want: `note "n1" has 1 scores for 2 labels`},
		{name: "not a number", model: byLength{tamper: func(o []Output) []Output { o[0].Logits[1] = float32(math.NaN()); return o }}, want: `note "n1", label 0: score NaN`},
		{name: "decision values as scores", model: byLength{tamper: func(o []Output) []Output { o[0].Scores = []float32{.9, .8}; return o }}, want: "sum to 1.7"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, n := test.ctx, test.note
			if ctx == nil {
				ctx = t.Context()
			}
			if n.ID == "" {
				n = note
			}
			test.model.labels = []string{"x", "y"}
			_, err := Run(ctx, test.model, []Note{n})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want it to say %q", err, test.want)
			}
			if test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("error %v does not wrap %v", err, test.cause)
			}
		})
	}
}
