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
}

// Progress is where a run is, and which run of several it is.
type Progress struct {
	Stage string `json:"stage,omitempty"`
	train.Progress
}

func (t Tell) say(format string, args ...any) {
	if t.Say != nil {
		t.Say(fmt.Sprintf(format, args...))
	}
}

// progress passes a step on.
func (t Tell) progress(p train.Progress) {
	if t.Progress != nil {
		t.Progress(Progress{Stage: cmp.Or(t.stage, "training"), Progress: p})
	}
}

// in names the run that what follows belongs to.
func (t Tell) in(stage string) Tell {
	t.stage = stage
	return t
}

// one is for the run at a place in a series.
func (t Tell) one(place int, stage string) Tell {
	t.series, t.short = true, place > 0
	return t.in(stage)
}

// download tells of a file that is on its way.
func (t Tell) download(file string, done, total int64) {
	if done == total {
		t.say("downloaded %s, %.1f MB", file, float64(total)/1e6)
	}
}
