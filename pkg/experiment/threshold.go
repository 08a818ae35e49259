package experiment

// ThresholdOutcome is what a threshold on the confidence does: how many of the texts are filed without a person, and how many of these are
// misread.
type ThresholdOutcome struct {
	Threshold               float64
	Texts, Automatic, Wrong int
	LeftWrong               int // misread among the others, had the model filed them
}

// Share is the share of the texts that is filed automatically, 0 where there is none.
func (o ThresholdOutcome) Share() float64 { return share(o.Automatic, o.Texts) }

// ErrorRate is the share of the automatic ones that is misread, 0 where there is none.
func (o ThresholdOutcome) ErrorRate() float64 { return share(o.Wrong, o.Automatic) }

// share is part / whole, and 0 of nothing.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// AtThreshold applies a threshold to the calibrated confidence.
func (e *Errors) AtThreshold(threshold float64) ThresholdOutcome {
	o := ThresholdOutcome{Threshold: threshold, Texts: len(e.Cases)}
	for _, c := range e.Cases {
		wrong := 0
		if !c.Valid {
			wrong = 1
		}
		if c.Confidence >= threshold {
			o.Automatic, o.Wrong = o.Automatic+1, o.Wrong+wrong
		} else {
			o.LeftWrong += wrong
		}
	}
	return o
}

// BestThreshold is the threshold that files the most texts with at least the given share of them right. It is false where none does.
func (e *Errors) BestThreshold(valid float64) (best ThresholdOutcome, found bool) {
	for _, c := range e.Cases {
		o := e.AtThreshold(c.Confidence)
		if 1-o.ErrorRate() >= valid && o.Automatic > best.Automatic {
			best, found = o, true
		}
	}
	return best, found
}

// Truncated is the share of the test texts that the model does not see whole.
func (e *Errors) Truncated() float64 {
	truncated := 0
	for _, c := range e.Cases {
		if c.Truncated {
			truncated++
		}
	}
	return share(truncated, len(e.Cases))
}
