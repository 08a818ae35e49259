package main

import (
	"context"
	"fmt"
	"os"

	"github.com/specialist-nlp/specialist/pkg/chapter"
)

type sweepCommand struct {
	profileFlags
	Out string `required:"" placeholder:"DIR" help:"Folder of the run folders, one for each configuration."`
}

// Help is shown below the flags.
func (sweepCommand) Help() string {
	return `The profile's configurations are trained one after the other, each in DIR/NAME as train does it, and selected by validation
macro-F1: DIR/sweep.json says which. Finished runs are read, a stopped one goes on, and one that fails leaves the others.`
}

// Run trains the sweep and prints its table.
func (c *sweepCommand) Run(ctx context.Context) error {
	p, err := c.readSwept()
	if err != nil {
		return err
	}
	bar := newBar(os.Stderr)
	log := c.log(bar)
	e, err := c.start(ctx, p, c.Out, log)
	if err != nil {
		return err
	}
	s, err := e.SweepIn(ctx, c.Out, log)
	bar.finish()
	if err != nil {
		return err
	}
	if err := s.Write(c.Out); err != nil {
		return err
	}
	table, err := chapter.SweepTable(s).Text()
	if err != nil {
		return err
	}
	fmt.Println(table)
	fmt.Println("selected:", s.Selected().Dir)
	return nil
}
