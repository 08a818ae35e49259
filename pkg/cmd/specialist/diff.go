package main

import (
	"context"
	"fmt"
	"os"

	"github.com/specialist-nlp/specialist/pkg/report"
)

type diffCommand struct {
	One   string `arg:"" placeholder:"REPORT" help:"A report's folder, or its results.json."`
	Other string `arg:"" placeholder:"REPORT" help:"The report that it is compared with."`
}

// Help is shown below the flags.
func (diffCommand) Help() string {
	return `Every value of the two results.json is compared, to the last digit, but for the times at their end and the commit of the code. Equal reports end with
exit code 0; others with 1, and a line for each value that differs.`
}

// Run compares the two.
func (c *diffCommand) Run(context.Context) error {
	found, err := report.Diff(c.One, c.Other)
	if err != nil {
		return err
	}
	for _, line := range found {
		fmt.Fprintln(os.Stdout, line)
	}
	if len(found) > 0 {
		return fmt.Errorf("%s and %s differ in %d of their values", c.One, c.Other, len(found))
	}
	fmt.Fprintln(os.Stdout, "equal but for the times")
	return nil
}
