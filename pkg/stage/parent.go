package stage

import (
	"context"
	"os"
	"strconv"
	"time"
)

// A notebook's cells are programs that the kernel starts. The command that executes the notebook reaches them through these variables.
const (
	ParentEnv = "SPECIALIST_PARENT" // the command's process; when it ends, so does the cell's work
	StopEnv   = "SPECIALIST_STOP"   // a file that, once it is there, asks the cells to stop
)

// parentInterval is how often a cell looks whether it is to go on.
const parentInterval = 200 * time.Millisecond

// WithParent returns a context that ends when the command that a cell works for asks it to stop, or is no longer there: a notebook whose
// command was interrupted stops at a checkpoint instead of training on unseen.
func WithParent(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	parent, err := strconv.Atoi(os.Getenv(ParentEnv))
	if err != nil {
		return ctx, cancel
	}
	over := func() bool {
		_, err := os.Stat(os.Getenv(StopEnv))
		return err == nil || !alive(parent)
	}
	if over() {
		cancel()
	}
	go func() {
		for ctx.Err() == nil {
			if over() {
				cancel()
			}
			time.Sleep(parentInterval)
		}
	}()
	return ctx, cancel
}
