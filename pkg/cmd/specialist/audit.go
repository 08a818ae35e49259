package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/report"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

type auditCommand struct {
	profileFlags
	DocumentLabel []string `placeholder:"LABEL" sep:"none" help:"A label that names a kind of document rather than a specialty; may be repeated. Those of MTSamples unless given."`
	Out           string   `required:"" placeholder:"DIR" help:"Folder for audit.json and audit.html."`
}

// Help is shown below the flags.
func (auditCommand) Help() string {
	return `Says what the labels can and cannot tell: rows dropped and why, labels filed together, ceilings, what leaks from train to test,
near duplicates, columns that name the label, lengths. Without --data it audits the synthetic demo. Tokens are counted with the tokenizer
of --base, or of the base that make setup installs. The page needs no network.`
}

// Run audits, and prints what came of it in a few lines.
func (c *auditCommand) Run(ctx context.Context) error {
	if c.Out == "" {
		return fmt.Errorf("--out is empty")
	}
	p, err := c.read()
	if err != nil {
		return err
	}
	say := func(line string) { fmt.Fprintln(os.Stderr, line) }
	options := experiment.AuditOptions{DocumentLabels: c.DocumentLabel, WithoutBase: c.Base == nil}
	a, err := report.WriteAudit(ctx, p, c.Out, options, stage.Log{Print: say})
	if err != nil {
		return err
	}
	for _, line := range chapter.AuditSummary(a) {
		fmt.Println(line)
	}
	fmt.Printf("audit: %s, %s\n", filepath.Join(c.Out, report.AuditFile), filepath.Join(c.Out, report.AuditPage))
	return nil
}
