package main

import (
	"context"
	"errors"
	"fmt"
	"os"
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
	if c.Out == "" {
		return errors.New("--out is empty")
	}
	bar := newBar(os.Stderr)
	s, err := p.Sweep(ctx, c.Out, c.tell(bar))
	bar.finish()
	if err != nil {
		return err
	}
	if err := s.Write(c.Out); err != nil {
		return err
	}
	table, err := s.Table().Text()
	if err != nil {
		return err
	}
	fmt.Println(table)
	fmt.Println("selected:", s.Chosen().Dir)
	return nil
}
