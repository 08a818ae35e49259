package baseline

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// table is an embedder that looks texts up.
type table map[string][]float32

func (e table) Embed(_ context.Context, texts []string) ([]Embedding, error) {
	out := make([]Embedding, len(texts))
	for i, text := range texts {
		v, known := e[text]
		if !known {
			return nil, errors.New("no vector for " + text)
		}
		out[i] = Embedding{Vector: v, Tokens: 3 + i, Truncated: strings.HasPrefix(text, "long")}
	}
	return out, nil
}

var corners = table{"a": {1, 0, .5}, "b": {0, 1, .5}, "c": {.9, .1, .5}, "d": {.1, .8, .5}, "long e": {0, .9, .5}}

func TestFrozenLearnsFromVectors(t *testing.T) {
	labels := []string{"never", "left", "right"}
	train := []Example{{"a", []int{1}}, {"b", []int{2}}, {"c", []int{1}}, {"d", []int{2}}}
	m, tuned, err := TuneFrozen(t.Context(), labels, train, []Example{{"c", []int{1}}, {"long e", []int{2}}}, corners, FrozenGrid())
	if err != nil {
		t.Fatal(err)
	}
	if len(tuned.Candidates) != len(FrozenGrid()) || tuned.Candidates[0].Features != nil || tuned.Model != "frozen encoder + logistic regression" {
		t.Errorf("tuned %+v", tuned)
	}
	if m.Settings() != tuned.Candidates[tuned.Chosen].LinearSettings {
		t.Errorf("the model has the settings %v, chosen were %v", m.Settings(), tuned.Candidates[tuned.Chosen].LinearSettings)
	}
	got, err := predict.Run(t.Context(), m, []predict.Note{{ID: "1", Text: "a"}, {ID: "2", Text: "long e"}})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Top(1)[0] != 1 || got[1].Top(1)[0] != 2 || got[0].Scores[0] != 0 {
		t.Errorf("predictions %+v", got)
	}
	if got[0].Truncated || !got[1].Truncated || got[0].Tokens != 3 || got[1].Tokens != 4 {
		t.Errorf("the embedder's token counts are lost: %+v", got)
	}
}

func TestFrozenRefuses(t *testing.T) {
	train := []Example{{"a", []int{0}}, {"b", []int{1}}}
	for name, test := range map[string]struct {
		vectors table
		want    string
	}{
		"failure":    {table{"a": {1}}, "no vector for b"},
		"empty":      {table{"a": {}, "b": {}}, "text 0 is empty"},
		"sizes":      {table{"a": {1, 2}, "b": {1}}, "text 1 has 1 values, not 2"},
		"not finite": {table{"a": {1, 2}, "b": {1, nan32}}, "value 1 of text 1's vector is NaN"},
	} {
		_, err := FitFrozen(t.Context(), []string{"x", "y"}, train, test.vectors, LinearSettings{Logistic, 1, false})
		testkit.Refused(t, name, err, "frozen encoder", test.want)
	}
}
