package main

import (
	"context"
	"fmt"
	"os"

	"github.com/specialist-nlp/specialist/pkg/evaluate"
)

type trainCommand struct {
	profileFlags
	Out string `required:"" placeholder:"RUN" help:"Run folder: made anew, or one whose run was stopped, which goes on."`
}

// Help is shown below the flags.
func (trainCommand) Help() string {
	return `RUN/adapter is in PEFT's format, with the labels in labels.json; RUN/run.json has settings, metrics and provenance, and
RUN/test.parquet the predictions. Ctrl-C leaves a whole checkpoint, and the same command goes on from it.`
}

// Run fine-tunes and prints the test metrics.
func (c *trainCommand) Run(ctx context.Context) error {
	p, err := c.read()
	if err != nil {
		return err
	}
	bar := newBar(os.Stderr)
	log := c.log(bar)
	e, err := c.start(ctx, p, c.Out, log)
	if err != nil {
		return err
	}
	run, err := e.Run(ctx, c.Out, log)
	bar.finish()
	if err != nil {
		return err
	}
	synthetic := ""
	if run.Corpus.Synthetic {
		synthetic = " (synthetic notes)"
	}
	fmt.Printf("test%s, %d texts, %d rows:\n", synthetic, run.Test.Notes, run.Test.Rows)
	for _, m := range []evaluate.Metric{evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.WeightedF1, evaluate.AnyValid, evaluate.RecallAt3} {
		v := run.Test.Metrics[m]
		fmt.Printf("  %-16s %.4f  ceiling %.4f  majority %.4f\n", m, v.Value, v.Ceiling, run.Majority.Metrics[m].Value)
	}
	fmt.Println("run:", run.Dir)
	return nil
}
