package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

type classifyCommand struct {
	Base      string `required:"" placeholder:"DIR" help:"Base model: a DistilBERT or BERT folder."`
	Adapter   string `placeholder:"DIR" help:"LoRA adapter in PEFT's format, such as RUN/adapter."`
	In        string `required:"" placeholder:"NOTES.jsonl" help:"Notes, one JSON object a line: {\"id\": ..., \"text\": ...}; .gz or not; - is standard input."`
	Out       string `required:"" placeholder:"PREDICTIONS.jsonl" help:"Predictions, one line a note in the same order: id, label, confidence, truncated; - is standard output."`
	Logits    bool   `help:"Add logits, a list in label order."`
	SkipBad   string `placeholder:"REJECTS.jsonl" help:"Carry on past bad notes and write them here with their reasons."`
	MaxLength int    `placeholder:"TOKENS" help:"Cut notes to this many tokens instead of what the adapter was trained with, or the base's positions."`
	Backend   string `placeholder:"NAME" default:"" enum:",xla:cpu,xla:cuda,go" help:"xla:cpu, xla:cuda or go; what GOMLX_BACKEND says unless given."`
}

// Help is shown below the flags.
func (classifyCommand) Help() string {
	return `The labels come from labels.json in the adapter's folder, else from id2label in the base's config.json. Nothing is written
unless all notes could be read, or --skip-bad says where the bad ones go; an earlier file stays as it was until then.`
}

// chunk is how many notes are in memory at once.
const chunk = 512

// prediction is one output line.
type prediction struct {
	ID         json.RawMessage `json:"id"`
	Label      string          `json:"label"`
	Confidence float32         `json:"confidence"`
	Truncated  bool            `json:"truncated"`
	Logits     []float32       `json:"logits,omitempty"`
}

// reject is one line of --skip-bad.
type reject struct {
	Line   int    `json:"line"`
	ID     string `json:"id,omitempty"`
	Reason string `json:"reason"`
}

// Run classifies the notes.
func (c *classifyCommand) Run(ctx context.Context) error {
	err := c.run(ctx)
	if err != nil && ctx.Err() != nil {
		return errors.New("interrupted; nothing was written")
	}
	return err
}

// run classifies chunk by chunk. What there is to say is said in the end, so that an error stands alone.
func (c *classifyCommand) run(ctx context.Context) error {
	if err := c.distinct(); err != nil {
		return err
	}
	in, name, err := openInput(c.In)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := openOutput(c.Out)
	if err != nil {
		return err
	}
	defer out.discard()
	rejects, err := openOutput(c.SkipBad)
	if err != nil {
		return err
	}
	defer rejects.discard()
	model, predictor, err := c.open()
	if err != nil {
		return err
	}
	notes, bad, truncated := 0, 0, 0
	for batch, err := range c.chunks(corpus.ReadUnlabelled(interruptible(ctx, in), name), rejects, &bad) {
		if err != nil {
			return err
		}
		cut, err := c.classify(ctx, predictor, batch, out)
		if err != nil {
			return err
		}
		notes, truncated = notes+len(batch), truncated+cut
	}
	for _, step := range []func() error{rejects.flush, out.keep, rejects.keep} {
		if err := step(); err != nil {
			return err
		}
	}
	c.describe(model)
	fmt.Fprintf(os.Stderr, "%d notes classified, %d of them truncated\n", notes, truncated)
	if bad > 0 {
		fmt.Fprintf(os.Stderr, "%d bad notes skipped: %s says which and why\n", bad, rejects.name())
	}
	return nil
}

// distinct refuses a path that is empty, as an unset variable gives it, and an output that would replace the input or the
// other output.
func (c *classifyCommand) distinct() error {
	for _, f := range []struct{ flag, path string }{{"--base", c.Base}, {"--in", c.In}, {"--out", c.Out}} {
		if f.path == "" {
			return fmt.Errorf("%s is empty", f.flag)
		}
	}
	for _, pair := range []struct{ flag, path, other, otherPath string }{
		{"--out", c.Out, "--in", c.In}, {"--skip-bad", c.SkipBad, "--in", c.In}, {"--skip-bad", c.SkipBad, "--out", c.Out},
	} {
		if same(pair.path, pair.otherPath) && !(pair.other == "--in" && pair.path == "-") {
			return fmt.Errorf("%s and %s are the same file, %s", pair.other, pair.flag, pair.path)
		}
	}
	return nil
}

// same says whether two paths are one file, there or to be made. Devices may be shared.
func same(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA == nil && errB == nil {
		return infoA.Mode().IsRegular() && os.SameFile(infoA, infoB)
	}
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && absA == absB
}

// open loads the model and compiles nothing yet.
func (c *classifyCommand) open() (*classifier.Classifier, *classifier.Predictor, error) {
	model, err := classifier.Open(c.Base, c.Adapter)
	if err != nil {
		return nil, nil, err
	}
	if c.MaxLength != 0 {
		if err := model.SetMaxLength(c.MaxLength); err != nil {
			return nil, nil, fmt.Errorf("--max-length: %w", err)
		}
	}
	backend, err := classifier.OpenBackend(c.Backend)
	if err != nil {
		return nil, nil, err
	}
	predictor, err := classifier.NewPredictor(backend, model, classifier.DefaultBatchSize)
	return model, predictor, err
}

// describe says what there is to say about the model.
func (c *classifyCommand) describe(model *classifier.Classifier) {
	synthetic := ""
	if model.Synthetic {
		synthetic = ", trained on synthetic notes"
	}
	fmt.Fprintf(os.Stderr, "%d labels%s, %d tokens a note, tokenizer %s, backend %s\n", len(model.Labels), synthetic, model.MaxLength, model.Tokenizer.Engine(), classifier.BackendName(c.Backend))
	for _, notice := range model.Notices {
		fmt.Fprintln(os.Stderr, "note:", notice)
	}
}

// chunks gathers good notes. A bad one ends the run, unless there is a place for rejects.
func (c *classifyCommand) chunks(inputs iter.Seq2[corpus.Unlabelled, error], rejects *output, bad *int) iter.Seq2[[]corpus.Unlabelled, error] {
	return func(yield func([]corpus.Unlabelled, error) bool) {
		var batch []corpus.Unlabelled
		for note, err := range inputs {
			var line *corpus.LineError
			if errors.As(err, &line) && c.SkipBad != "" {
				*bad++
				err = rejects.line(reject{Line: line.Line, ID: line.ID, Reason: line.Reason})
				if err == nil {
					continue
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if batch = append(batch, note); len(batch) == chunk {
				if !yield(batch, nil) {
					return
				}
				batch = nil
			}
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}

// classify writes one line a note and counts those that were cut.
func (c *classifyCommand) classify(ctx context.Context, p *classifier.Predictor, notes []corpus.Unlabelled, out *output) (truncated int, err error) {
	texts := make([]string, len(notes))
	for i, n := range notes {
		texts[i] = n.Text
	}
	outputs, err := p.Predict(ctx, texts)
	if err != nil {
		return 0, err
	}
	labels := p.Labels()
	for i, o := range outputs {
		scores := predict.Softmax(o.Logits, 1)
		best := predict.Prediction{Scores: scores, Logits: o.Logits}.Top(1)[0]
		if math.IsNaN(float64(scores[best])) {
			return 0, fmt.Errorf("note %s: the model's logits are %v: its weights are too large to compute with", notes[i].ID, o.Logits)
		}
		line := prediction{ID: notes[i].RawID, Label: labels[best], Confidence: scores[best], Truncated: o.Truncated}
		if c.Logits {
			line.Logits = o.Logits
		}
		if err := out.line(line); err != nil {
			return 0, err
		}
		if o.Truncated {
			truncated++
		}
	}
	return truncated, nil
}

func openInput(path string) (io.ReadCloser, string, error) {
	if path == "-" {
		return io.NopCloser(os.Stdin), "standard input", nil
	}
	in, err := corpus.Open(path)
	return in, path, err
}

// interruptible ends a read that waits for more when ctx is done; a pipe that stays open would hold the command for ever.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { in.CloseWithError(context.Cause(ctx)) })
	return out
}
