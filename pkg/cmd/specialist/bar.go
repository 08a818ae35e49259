package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/specialist-nlp/specialist/pkg/stage"
)

// bar shows training on a terminal as a bar that moves, elsewhere as a line now and then.
type bar struct {
	out     *os.File
	bar     *progressbar.ProgressBar
	live    bool
	printed time.Time
}

// thousandths of everything that was asked for are what the bar counts.
const thousandths = 1000

// plainEvery spaces the lines where there is no terminal.
const plainEvery = 15 * time.Second

func newBar(out *os.File) *bar {
	return &bar{out: out, live: term.IsTerminal(int(out.Fd())), printed: time.Now()}
}

// say prints a line above the bar.
func (b *bar) say(line string) {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
	fmt.Fprintln(b.out, line)
}

// show moves the bar.
func (b *bar) show(p stage.Progress) {
	text := fmt.Sprintf("%s: step %d of %d, %s, %s left", p.Label, p.Step, p.Steps, p.Detail, p.Remaining.Round(time.Second))
	if !b.live {
		if time.Since(b.printed) >= plainEvery {
			b.printed = time.Now()
			fmt.Fprintf(b.out, "%.0f %%, %s\n", 100*p.Whole, text)
		}
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions(thousandths, progressbar.OptionSetWriter(io.Writer(b.out)), progressbar.OptionFullWidth(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	b.bar.Describe(text)
	_ = b.bar.Set(int(p.Whole * thousandths))
}

// finish takes the bar away.
func (b *bar) finish() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
