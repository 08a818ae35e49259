package main

import (
	"context"
	"os"

	"github.com/specialist-nlp/specialist/pkg/report"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

type reportCommand struct {
	profileFlags
	Out   string   `placeholder:"DIR" help:"Folder of the report; reports/PROFILE unless given."`
	Only  []string `placeholder:"STAGE" help:"Run these stages alone, of ${stages}; what they need of the others has to be on disk."`
	Fresh bool     `help:"Run the stages anew, whatever is on disk."`
}

// Help is shown below the flags.
func (reportCommand) Help() string {
	return `The stages of the study are run in their order, the notebooks are executed, and one page that needs no network is written with a
print of it and results.json. What is in the stage cache (data/cache) is not computed again; a stopped report goes on where it was.`
}

// Run makes the report.
func (c *reportCommand) Run(ctx context.Context) error {
	p, err := c.readSwept()
	if err != nil {
		return err
	}
	worker, err := stage.OwnWorker(workerCommand)
	if err != nil {
		return err
	}
	bar := newBar(os.Stderr)
	defer bar.finish()
	return report.Make(ctx, p, report.Options{Out: c.Out, Only: c.Only, Fresh: c.Fresh, Worker: worker}, c.log(bar))
}
