package predict

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// sample returns a valid set of n notes over three labels, with logits, multi-label notes among them.
func sample(n int) Set {
	s := Set{Labels: []string{"Surgery", "Urology", "Café / Diets"}, CorpusHash: "c0ffee", Model: "LoRA r16", Part: "test", Synthetic: true, Temperature: 1}
	for i := range n {
		logits := []float32{float32(i%5) - 2, float32(i%3) / 2, float32(i%7) - 3}
		p := Prediction{
			NoteID: fmt.Sprintf("note-%04d", i), Gold: []int{i % 3}, Logits: logits, Scores: Softmax(logits, 1),
			Truncated: i%4 == 0, Tokens: 10 * i, Characters: 57 * i,
		}
		if i%3 == 0 {
			p.Gold = []int{0, 2}
		}
		s.Predictions = append(s.Predictions, p)
	}
	return s
}

func TestValidate(t *testing.T) {
	nan := float32(math.NaN())
	tests := []struct {
		name   string
		change func(*Set)
		want   string // empty: valid
	}{
		{"whole", func(*Set) {}, ""},
		{"no notes", func(s *Set) { s.Predictions = nil }, ""},
		{"no gold", func(s *Set) { s.Predictions[1].Gold = nil }, ""},
		{"no labels", func(s *Set) { s.Labels = nil }, "no labels"},
		{"blank label", func(s *Set) { s.Labels[1] = " " }, "label 1 is blank"},
		{"repeated label", func(s *Set) { s.Labels[1] = "Surgery" }, `label "Surgery" occurs twice`},
		{"no id", func(s *Set) { s.Predictions[1].NoteID = "" }, "id is empty"},
		{"id not UTF-8", func(s *Set) { s.Predictions[1].NoteID = "\xff" }, "not UTF-8"},
		{"repeated note", func(s *Set) { s.Predictions[1].NoteID = "note-0000" }, `note "note-0000" occurs twice`},
		{"logits for some", func(s *Set) { s.Predictions[1].Logits = nil }, "differ in having logits"},
		{"logits short", func(s *Set) { s.Predictions[1].Logits = []float32{1} }, "1 logits for 3 labels"},
		{"logit not finite", func(s *Set) { s.Predictions[1].Logits[2] = float32(math.Inf(-1)) }, "label 2: logit -Inf"},
		{"scores short", func(s *Set) { s.Predictions[1].Scores = []float32{1} }, "1 scores for 3 labels"},
		{"score not a number", func(s *Set) { s.Predictions[1].Scores[0] = nan }, "score NaN is not a probability"},
		{"negative score", func(s *Set) { s.Predictions[1].Scores[0] = -.1 }, "score -0.1 is not a probability"},
		{"scores do not sum to 1", func(s *Set) { s.Predictions[1].Scores = []float32{.5, .4, .05} }, "sum to 0.95"},
		{"scores of other logits", func(s *Set) { s.Predictions[1].Scores = []float32{.2, .2, .6} }, "not the softmax of the logits"},
		{"another temperature", func(s *Set) { s.Temperature = 3 }, "at temperature 3"},
		{"no such temperature", func(s *Set) { s.Temperature = math.NaN() }, "temperature NaN"},
		{"gold out of range", func(s *Set) { s.Predictions[1].Gold = []int{3} }, "gold label 3 is not among the 3 labels"},
		{"gold repeated", func(s *Set) { s.Predictions[1].Gold = []int{1, 1} }, "not ascending"},
		{"negative length", func(s *Set) { s.Predictions[1].Tokens = -1 }, "negative length"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sample(4)
			test.change(&s)
			err := s.Validate()
			switch {
			case test.want == "" && err != nil:
				t.Errorf("a valid set is refused: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want it to say %q", err, test.want)
			case err != nil && !strings.Contains(err.Error(), `model "LoRA r16", part "test"`):
				t.Errorf("error %v does not say whose predictions they are", err)
			}
		})
	}
}

func TestWithTemperature(t *testing.T) {
	s := sample(6)
	warm, err := s.WithTemperature(2.5)
	if err != nil {
		t.Fatal(err)
	}
	if err := warm.Validate(); err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(); err != nil {
		t.Fatalf("the original changed: %v", err)
	}
	for i, p := range warm.Predictions {
		before, after := s.Predictions[i].Top(1)[0], p.Top(1)[0]
		if before != after {
			t.Errorf("note %d: the label changed from %d to %d", i, before, after)
		}
		if before := s.Predictions[i].Scores[before]; p.Scores[after] > before {
			t.Errorf("note %d: a temperature above 1 raised the confidence from %v to %v", i, before, p.Scores[after])
		}
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := s.WithTemperature(bad); err == nil {
			t.Errorf("temperature %v is taken", bad)
		}
	}
	for i := range s.Predictions {
		s.Predictions[i].Logits = nil
	}
	if _, err := s.WithTemperature(2); err == nil || !strings.Contains(err.Error(), "no logits") {
		t.Errorf("without logits: error %v", err)
	}
}
