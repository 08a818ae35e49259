package hub

import (
	"context"
	"fmt"
	"io"
	"time"
)

// watch cancels a request when no data have arrived for some time; a timeout of the whole request would cancel slow downloads too.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	after  time.Duration
}

// watchdog returns a context that is cancelled when its watch has seen no data for a time.
func watchdog(parent context.Context, after time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(parent)
	w := &watch{ctx: ctx, cancel: cancel, after: after}
	w.timer = time.AfterFunc(after, func() { cancel(fmt.Errorf("no data came for %v", after)) })
	return ctx, w
}

// stop ends the watch and releases its context.
func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// cause returns the reason of a cancellation in place of the request's error.
func (w *watch) cause(err error) error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	return err
}

// reader restarts the timer whenever data arrive.
func (w *watch) reader(r io.Reader) io.Reader { return &watchedReader{r, w} }

type watchedReader struct {
	io.Reader
	w *watch
}

func (r *watchedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if n > 0 {
		r.w.timer.Reset(r.w.after)
	}
	return n, err
}
