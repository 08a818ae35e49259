package stage

import (
	"cmp"
	"fmt"
	"time"
)

// Log is given lines of text and the progress of long work. Either function may be nil; the zero value drops both. A Log is passed by
// value: its methods return others that name a part of the work, or its share of the whole.
type Log struct {
	Print    func(line string)
	Progress func(Progress)

	label string // of the work that progress belongs to
	span  span   // the share of the whole that it is
}

// Progress is where long work is.
type Progress struct {
	Label string  `json:"label"` // of the part that is under way
	Whole float64 `json:"whole"` // the share of everything that was asked for that is done, from 0 to 1

	Step      int           `json:"step"` // of the part
	Steps     int           `json:"steps"`
	Detail    string        `json:"detail,omitempty"` // such as the loss so far
	Remaining time.Duration `json:"remaining"`        // of the part; 0 where it is not known
}

// Printf logs a line.
func (l Log) Printf(format string, args ...any) {
	if l.Print != nil {
		l.Print(fmt.Sprintf(format, args...))
	}
}

// Step logs progress. The label is the log's own where it has one; Whole follows from the step and the log's share of the whole.
func (l Log) Step(p Progress) {
	if l.Progress == nil {
		return
	}
	p.Label = cmp.Or(l.label, p.Label)
	p.Whole = l.span.at(float64(p.Step) / float64(max(p.Steps, 1)))
	l.Progress(p)
}

// Labelled names the part of the work that the progress belongs to.
func (l Log) Labelled(label string) Log {
	l.label = label
	return l
}

// Part is for the i-th of several parts, whose costs are given in any unit.
func (l Log) Part(i int, costs []float64) Log {
	l.span = l.span.part(i, costs)
	return l
}

// Titled prints a title before the first line or progress, and puts it before the labels.
func (l Log) Titled(title string) Log {
	printed, inner := false, l
	first := func() {
		if !printed {
			printed = true
			inner.Printf("%s", title)
		}
	}
	l.Print = func(line string) {
		first()
		inner.Printf("%s", line)
	}
	l.Progress = func(p Progress) {
		first()
		p.Label = title + ", " + p.Label
		if inner.Progress != nil {
			inner.Progress(p)
		}
	}
	return l
}

// Download logs a file that has arrived.
func (l Log) Download(file string, done, total int64) {
	if done == total {
		l.Printf("downloaded %s, %.1f MB", file, float64(total)/1e6)
	}
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

// Elapsed writes the time since a start, in seconds or in minutes and seconds.
func Elapsed(start time.Time) string {
	d := time.Since(start)
	if d < time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
