package main

import (
	"context"
	"os"

	"github.com/specialist-nlp/specialist/pkg/study"
)

type reportCommand struct {
	profileFlags
	Out string `placeholder:"DIR" help:"Folder of the report; reports/PROFILE unless given."`
}

// Help is shown below the flags.
func (reportCommand) Help() string {
	return `The notebooks are executed and exported to a page that needs no network. What is in the stage cache (data/cache) is not
computed again; a stopped report goes on where it was.`
}

// Run makes the report.
func (c *reportCommand) Run(ctx context.Context) error {
	p, err := c.readSwept()
	if err != nil {
		return err
	}
	bar := newBar(os.Stderr)
	defer bar.finish()
	return study.Report(ctx, p, c.Out, c.tell(bar))
}
