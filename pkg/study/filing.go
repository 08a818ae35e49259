package study

// filing is what a threshold on the confidence does: how many of the texts are filed without a person, and how many of these are misread.
type filing struct {
	Threshold               float64
	Texts, Automatic, Wrong int
	LeftWrong               int // misread among the others, had the model filed them
}

func (f filing) share() float64 { return portion(f.Automatic, f.Texts) }

func (f filing) risk() float64 { return portion(f.Wrong, f.Automatic) }

// portion is part / whole, and 0 of nothing.
func portion(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// filed applies a threshold to the calibrated confidence.
func (e *Errors) filed(threshold float64) filing {
	f := filing{Threshold: threshold, Texts: len(e.Cases)}
	for _, c := range e.Cases {
		wrong := 0
		if !c.Valid {
			wrong = 1
		}
		if c.Confidence >= threshold {
			f.Automatic, f.Wrong = f.Automatic+1, f.Wrong+wrong
		} else {
			f.LeftWrong += wrong
		}
	}
	return f
}

// safest is the lowest threshold from which on at least the given share of the texts that are filed is right, with the most texts. It is
// false where no threshold does that.
func (e *Errors) safest(valid float64) (best filing, found bool) {
	for _, c := range e.Cases {
		f := e.filed(c.Confidence)
		if 1-f.risk() >= valid && f.Automatic > best.Automatic {
			best, found = f, true
		}
	}
	return best, found
}
