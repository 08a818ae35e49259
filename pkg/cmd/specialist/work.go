package main

import (
	"context"
	"os"

	"github.com/specialist-nlp/specialist/pkg/experiment"
)

// workerCommand names the command that a report starts for each of its training runs.
const workerCommand = "work"

// workCommand is not for people: it is a report's worker process.
type workCommand struct{}

// Run serves the one request on standard input.
func (workCommand) Run(ctx context.Context) error { return experiment.Serve(ctx, os.Stdin, os.Stdout) }
