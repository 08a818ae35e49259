package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// request is what a worker process is to make: a training run, or a measurement of a run's speed.
type request struct {
	Stage   string          `json:"stage"`
	Profile profile.Profile `json:"profile"`
	Key     string          `json:"key"`           // the hash of the result that is made
	Run     string          `json:"run,omitempty"` // the folder of the run whose speed is measured
	Later   bool            `json:"later"`         // the notes and the base were logged before
}

// Serve is a worker process: it makes the one result that is asked for on in, as the parent's own process would, and logs to out.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	return stage.Serve(ctx, in, out, func(ctx context.Context, raw json.RawMessage, log stage.Log) error {
		var r request
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("the request cannot be read: %w", err)
		}
		return r.serve(ctx, log)
	})
}

func (r request) serve(ctx context.Context, log stage.Log) error {
	s, err := NewStore()
	if err != nil {
		return err
	}
	s.Wait = stage.StopTimeout // for the worker of a report that was killed, which still writes a checkpoint
	e, err := New(ctx, r.Profile, s, log)
	if err != nil {
		return err
	}
	if r.Stage == stageInference {
		run, err := ReadRun(r.Run)
		if err == nil {
			_, err = e.measureInference(ctx, run, log)
		}
		return err
	}
	b, err := e.openBase(ctx, log)
	if err != nil {
		return err
	}
	if e.runKey(r.Stage, r.Profile, b).Hash() != r.Key {
		return errors.New("the notes or the base weights have changed since the report was begun: give the command again")
	}
	switch r.Stage {
	case stageTrain:
		_, err = e.run(ctx, r.Profile, "", place{later: r.Later}, log)
	case stageRate:
		err = e.train(ctx, stageRate, r.Profile, "", &TrainingRun{}, place{later: r.Later}, log, nil)
	default:
		err = fmt.Errorf("there is no stage %q to work on", r.Stage)
	}
	return err
}
