package study

import (
	"cmp"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/train"
)

// Tell is told what happens: a line of text now and then, and every training step. Either may be nil.
type Tell struct {
	Say      func(line string)
	Progress func(Progress)

	stage  string // what the steps belong to
	series bool   // the run is one of several, which speak for themselves
	short  bool   // the notes and the base were said before
	span   span   // the share of the whole that it is
}

// Progress is where a run is, and which run of several it is.
type Progress struct {
	Stage string
	// Whole is the share of everything that was asked for that is done, from 0 to 1.
	Whole float64
	train.Progress
}

// span is a part of the whole, as shares of it. Its zero value is the whole.
type span struct{ from, length float64 }

// part is the i-th of the parts that the span has, each as large as its cost.
func (s span) part(i int, costs []float64) span {
	if s.length == 0 {
		s.length = 1
	}
	before, all := 0.0, 0.0
	for k, cost := range costs {
		if k < i {
			before += cost
		}
		all += cost
	}
	if all == 0 {
		return s
	}
	return span{s.from + s.length*before/all, s.length * costs[i] / all}
}

// at is the share of the whole that is done where the given share of the span is.
func (s span) at(share float64) float64 {
	if s.length == 0 {
		s.length = 1
	}
	return s.from + s.length*share
}

func (t Tell) say(format string, args ...any) {
	if t.Say != nil {
		t.Say(fmt.Sprintf(format, args...))
	}
}

// progress passes a step on.
func (t Tell) progress(p train.Progress) {
	if t.Progress != nil {
		t.Progress(Progress{Stage: cmp.Or(t.stage, "training"), Whole: t.span.at(float64(p.Step) / float64(max(p.Steps, 1))), Progress: p})
	}
}

// in names the run that what follows belongs to.
func (t Tell) in(stage string) Tell {
	t.stage = stage
	return t
}

// one is for the run at a place in a series of runs that cost what costs says, in any unit.
func (t Tell) one(place int, costs []float64, stage string) Tell {
	t.series, t.short, t.span = true, place > 0, t.span.part(place, costs)
	return t.in(stage)
}

// download tells of a file that is on its way.
func (t Tell) download(file string, done, total int64) {
	if done == total {
		t.say("downloaded %s, %.1f MB", file, float64(total)/1e6)
	}
}

// announced says a title before the first thing that there is to tell, and names it in all progress.
func (t Tell) announced(title string) Tell {
	said, inner := false, t
	first := func() {
		if !said {
			said = true
			inner.say("%s", title)
		}
	}
	t.Say = func(line string) {
		first()
		inner.say("%s", line)
	}
	t.Progress = func(p Progress) {
		first()
		p.Stage = title + ", " + p.Stage
		if inner.Progress != nil {
			inner.Progress(p)
		}
	}
	return t
}

// shared gives one of several things its share of the whole.
func (t Tell) shared(place int, costs []float64) Tell {
	t.span = t.span.part(place, costs)
	return t
}
