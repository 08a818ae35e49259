package predict

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// sumTolerance is how far the sum of a note's scores may be from 1: float32 softmaxes are well inside it, decision values are not.
	sumTolerance = 1e-3
	// softmaxTolerance is how far a score may be from the softmax of its logits: more than float32 rounding in any backend.
	softmaxTolerance = 1e-4
)

// Set is the predictions of one model on one part of one corpus.
type Set struct {
	// Labels holds the names of the labels, in the order of the scores of every Prediction.
	Labels []string
	// CorpusHash is the content hash of the corpus that the notes come from.
	CorpusHash string
	// Model names the model, as tables show it.
	Model string
	// Part names the part of the split: train, validation or test.
	Part string
	// Synthetic says that the notes are synthetic; results computed from them must say so.
	Synthetic bool
	// Temperature is the temperature of the softmax, by which the logits were divided. 0 stands for 1, and is written and read back as
	// 1.
	Temperature float64
	// Predictions holds one prediction a note; no note occurs twice.
	Predictions []Prediction
}

// temperature returns the temperature with the default filled in.
func (s Set) temperature() float64 {
	if s.Temperature == 0 {
		return 1
	}
	return s.Temperature
}

// WithTemperature returns a copy whose scores are the softmax of logits / temperature (Guo et al. 2017, "On Calibration of Modern
// Neural Networks"). The ranking of the labels does not change. It fails for a temperature that is not positive and finite, and for a
// prediction without logits.
func (s Set) WithTemperature(temperature float64) (Set, error) {
	if !(temperature > 0) || math.IsInf(temperature, 0) {
		return Set{}, fmt.Errorf("predict: temperature %v of model %q is not a positive number", temperature, s.Model)
	}
	scaled := s
	scaled.Temperature = temperature
	scaled.Predictions = slices.Clone(s.Predictions)
	for i := range scaled.Predictions {
		p := &scaled.Predictions[i]
		if p.Logits == nil {
			return Set{}, fmt.Errorf("predict: note %q of model %q has no logits, so its scores cannot be rescaled", p.NoteID, s.Model)
		}
		p.Scores = Softmax(p.Logits, temperature)
	}
	return scaled, nil
}

// Validate returns an error for a set that is not valid: labels that are missing, blank or repeated, a note that occurs twice, scores or
// logits that are not finite or not as many as the labels, scores that are not probabilities or not the softmax of their logits at the
// set's temperature, a gold label out of range.
func (s Set) Validate() error {
	if err := s.validate(); err != nil {
		return fmt.Errorf("predict: model %q, part %q: %w", s.Model, s.Part, err)
	}
	return nil
}

func (s Set) validate() error {
	if len(s.Labels) == 0 {
		return fmt.Errorf("the set has no labels")
	}
	names := make(map[string]bool, len(s.Labels))
	for i, label := range s.Labels {
		switch {
		case strings.TrimSpace(label) == "" || !utf8.ValidString(label):
			return fmt.Errorf("label %d is blank or not UTF-8: %q", i, label)
		case names[label]:
			return fmt.Errorf("label %q occurs twice", label)
		}
		names[label] = true
	}
	temperature := s.temperature()
	if !(temperature > 0) || math.IsInf(temperature, 0) {
		return fmt.Errorf("temperature %v is not a positive number", s.Temperature)
	}
	ids := make(map[string]bool, len(s.Predictions))
	for _, p := range s.Predictions {
		switch {
		case p.NoteID == "" || !utf8.ValidString(p.NoteID):
			return fmt.Errorf("a note's id is empty or not UTF-8: %q", p.NoteID)
		case ids[p.NoteID]:
			return fmt.Errorf("note %q occurs twice", p.NoteID)
		case (p.Logits == nil) != (s.Predictions[0].Logits == nil):
			return fmt.Errorf("note %q and note %q differ in having logits: give them for all notes or for none", s.Predictions[0].NoteID, p.NoteID)
		}
		ids[p.NoteID] = true
		if err := p.validate(len(s.Labels), temperature); err != nil {
			return err
		}
	}
	return nil
}

func (p Prediction) validate(labels int, temperature float64) error {
	if len(p.Scores) != labels {
		return fmt.Errorf("note %q has %d scores for %d labels", p.NoteID, len(p.Scores), labels)
	}
	sum := 0.0
	for i, score := range p.Scores {
		if !(score >= 0 && score <= 1+sumTolerance) {
			return fmt.Errorf("note %q, label %d: score %v is not a probability", p.NoteID, i, score)
		}
		sum += float64(score)
	}
	if math.Abs(sum-1) > sumTolerance {
		return fmt.Errorf("note %q: the scores sum to %.6g, not to 1", p.NoteID, sum)
	}
	if p.Logits != nil {
		if len(p.Logits) != labels {
			return fmt.Errorf("note %q has %d logits for %d labels", p.NoteID, len(p.Logits), labels)
		}
		for i, logit := range p.Logits {
			if v := float64(logit); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("note %q, label %d: logit %v is not a finite number", p.NoteID, i, logit)
			}
		}
		for i, want := range Softmax(p.Logits, temperature) {
			if math.Abs(float64(want-p.Scores[i])) > softmaxTolerance {
				return fmt.Errorf("note %q, label %d: score %v is not the softmax of the logits at temperature %v, which is %v", p.NoteID, i, p.Scores[i], temperature, want)
			}
		}
	}
	for i, label := range p.Gold {
		switch {
		case label < 0 || label >= labels:
			return fmt.Errorf("note %q: gold label %d is not among the %d labels", p.NoteID, label, labels)
		case i > 0 && label <= p.Gold[i-1]:
			return fmt.Errorf("note %q: its gold labels %v are not ascending, each once", p.NoteID, p.Gold)
		}
	}
	if p.Tokens < 0 || p.Characters < 0 {
		return fmt.Errorf("note %q has a negative length: %d tokens, %d characters", p.NoteID, p.Tokens, p.Characters)
	}
	return nil
}
