package hub

import (
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// slowReader gives a byte after each pause.
type slowReader struct{ pause time.Duration }

func (r *slowReader) Read(p []byte) (int, error) {
	time.Sleep(r.pause)
	return 1, nil
}

func TestWatchdogEndsSilenceNotSlowness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, w := watchdog(t.Context(), time.Minute)
		defer w.stop()
		slow := &slowReader{pause: 50 * time.Second}
		reader := w.reader(slow)
		if _, err := io.ReadFull(reader, make([]byte, 10)); err != nil || ctx.Err() != nil {
			t.Errorf("ended although data came: %v, %v", err, ctx.Err())
		}
		slow.pause = 70 * time.Second
		if _, err := reader.Read(make([]byte, 1)); err != nil || ctx.Err() == nil {
			t.Errorf("not ended by silence: %v", err)
		}
		if got := w.cause(io.EOF).Error(); got != "no data came for 1m0s" {
			t.Errorf("the cause is %q", got)
		}
	})
}
