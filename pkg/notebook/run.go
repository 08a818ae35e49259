package notebook

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"

	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Run is the body of a cell that does its own work. Its context ends when the user interrupts the cell (GoNB kills the program five seconds after
// that), or when the command that executes the notebook asks it to stop. An error is one line on standard error, which front-ends show in
// red, and makes the program exit with status 1.
func Run(cell func(ctx context.Context) error) {
	run(cell)
	gonbui.Sync()
}

// run is Run for a part of a cell, after which the cell goes on.
func run(part func(ctx context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, leave := stage.WithParent(ctx)
	defer leave()
	if err := part(ctx); err != nil {
		fail(err)
	}
}

// fail ends the cell. The kernel reads a program's output to its end only where the program waits for that.
func fail(err error) {
	fmt.Fprintln(os.Stderr, "specialist: "+strings.Join(strings.Fields(err.Error()), " "))
	gonbui.Sync()
	os.Exit(1)
}

// Must is the value of a call that may fail: where there is an error, the cell fails with it.
func Must[T any](value T, err error) T {
	if err != nil {
		fail(err)
	}
	return value
}
