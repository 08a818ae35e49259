// Command specialist fine-tunes small transformer encoders with LoRA to file clinical notes under their medical specialties.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/report"
)

// Exit codes besides 0.
const (
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

type commands struct {
	Report   reportCommand   `cmd:"" help:"Make the study's report: train, test, and write reports/PROFILE/index.html."`
	Audit    auditCommand    `cmd:"" help:"Say what the labels of a corpus can and cannot tell: audit.json and audit.html."`
	Train    trainCommand    `cmd:"" help:"Fine-tune a model and write a run folder with its adapter in PEFT's format."`
	Sweep    sweepCommand    `cmd:"" help:"Fine-tune every configuration of a profile and select one."`
	Classify classifyCommand `cmd:"" help:"File notes under the labels of a fine-tuned model."`
	Export   exportCommand   `cmd:"" help:"Merge an adapter into its base: a folder that transformers loads."`
	Fold     foldCommand     `cmd:"" help:"Turn a BERT folder into a DistilBERT folder that computes the same."`
	Work     workCommand     `cmd:"" hidden:"" help:"Make one of a report's runs, for its process."`
	Diff     diffCommand     `cmd:"" help:"Compare the results of two reports, but for their times."`
}

const description = `Fine-tunes small transformer encoders with LoRA to file clinical notes under their medical specialties.

A model folder has config.json, model.safetensors and tokenizer.json or vocab.txt. The compute backend is xla:cpu unless
GOMLX_BACKEND (xla:cpu, xla:cuda, go) or a profile says otherwise.`

func main() { os.Exit(run(os.Args[1:])) }

// run is the whole command: what goes wrong is one line on standard error.
func run(args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintln(os.Stderr, "specialist: internal error:", oneLine(fmt.Sprint(r)))
			code = exitFailure
		}
	}()
	var c commands
	parser, err := kong.New(&c, kong.Name("specialist"), kong.Description(description), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Help(helpWithKeys),
		kong.Vars{"stages": strings.Join(report.Stages(), ", ")})
	if err != nil {
		fmt.Fprintln(os.Stderr, "specialist:", err)
		return exitFailure
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "specialist: %s (--help says more)\n", oneLine(err.Error()))
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends what does not stop by itself
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "specialist:", oneLine(err.Error()))
		if ctx.Err() != nil {
			return exitInterrupted
		}
		return exitFailure
	}
	return 0
}

// oneLine folds what a library spreads over several lines.
func oneLine(s string) string {
	var parts []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, " ")
}

// helpWithKeys adds the profile keys to the help of the commands that take --set.
func helpWithKeys(options kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(options, ctx); err != nil {
		return err
	}
	node := ctx.Selected()
	if node == nil || !slices.Contains([]string{"train", "sweep", "report", "audit"}, node.Name) {
		return nil
	}
	profile, err := profile.Read("demo", nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(ctx.Stdout, "\nKeys for --set, with the values of the demo profile:")
	for _, line := range profile.Settings() {
		fmt.Fprintln(ctx.Stdout, "  "+line)
	}
	return nil
}
