package main

import (
	"context"
	"os"

	"github.com/specialist-nlp/specialist/pkg/study"
)

// workCommand is not for people: a report starts it for each run.
type workCommand struct{}

// Run does what standard input says.
func (workCommand) Run(ctx context.Context) error { return study.Work(ctx, os.Stdin, os.Stdout) }
