package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

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
	Backend   string `placeholder:"NAME" help:"xla:cpu, xla:cuda or go."`
}

// Help is shown below the flags.
func (classifyCommand) Help() string {
	return `The labels come from labels.json in the adapter's folder, else from id2label in the base's config.json. Nothing is written
unless all notes could be read, or --skip-bad says where the bad ones go.`
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

// Run classifies the notes chunk by chunk.
func (c *classifyCommand) Run(ctx context.Context) (err error) {
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
	predictor, err := c.open()
	if err != nil {
		return err
	}
	notes, bad, truncated := 0, 0, 0
	for batch, err := range c.chunks(corpus.ReadInputs(in, name), rejects, &bad) {
		if err != nil {
			return err
		}
		cut, err := c.classify(ctx, predictor, batch, out)
		if err != nil {
			return err
		}
		notes, truncated = notes+len(batch), truncated+cut
	}
	if err := rejects.keep(); err != nil {
		return err
	}
	if err := out.keep(); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d notes classified, %d of them truncated\n", notes, truncated)
	if c.SkipBad != "" {
		fmt.Fprintf(os.Stderr, "%d bad notes skipped, see %s\n", bad, c.SkipBad)
	}
	return nil
}

// distinct refuses an output that would replace the input or the other output.
func (c *classifyCommand) distinct() error {
	paths := map[string]string{}
	for _, f := range []struct{ flag, path string }{{"--in", c.In}, {"--out", c.Out}, {"--skip-bad", c.SkipBad}} {
		if f.path == "" || f.path == "-" {
			continue
		}
		abs, err := filepath.Abs(f.path)
		if err != nil {
			return err
		}
		if other, ok := paths[abs]; ok {
			return fmt.Errorf("%s and %s are the same file, %s", other, f.flag, f.path)
		}
		paths[abs] = f.flag
	}
	return nil
}

// open loads the model and says what there is to say about it.
func (c *classifyCommand) open() (*classifier.Predictor, error) {
	model, err := classifier.Open(c.Base, c.Adapter)
	if err != nil {
		return nil, err
	}
	if c.MaxLength != 0 {
		if err := model.SetMaxLength(c.MaxLength); err != nil {
			return nil, fmt.Errorf("--max-length: %w", err)
		}
	}
	backend, err := classifier.OpenBackend(c.Backend)
	if err != nil {
		return nil, err
	}
	synthetic := ""
	if model.Synthetic {
		synthetic = ", trained on synthetic notes"
	}
	fmt.Fprintf(os.Stderr, "%d labels%s, %d tokens a note, tokenizer %s, backend %s\n", len(model.Labels), synthetic, model.MaxLength, model.Tokenizer.Engine(), classifier.BackendName(c.Backend))
	for _, notice := range model.Notices {
		fmt.Fprintln(os.Stderr, "note:", notice)
	}
	return classifier.NewPredictor(backend, model, classifier.DefaultBatchSize)
}

// chunks gathers good notes. A bad one ends the run, unless there is a place for rejects.
func (c *classifyCommand) chunks(inputs iter.Seq2[corpus.Input, error], rejects *output, bad *int) iter.Seq2[[]corpus.Input, error] {
	return func(yield func([]corpus.Input, error) bool) {
		var batch []corpus.Input
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
func (c *classifyCommand) classify(ctx context.Context, p *classifier.Predictor, notes []corpus.Input, out *output) (truncated int, err error) {
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
		line := prediction{ID: notes[i].RawID, Label: labels[best], Confidence: scores[best], Truncated: o.Truncated}
		if c.Logits {
			line.Logits = o.Logits
		}
		if err := out.line(line); err != nil {
			return 0, fmt.Errorf("note %s: %w", notes[i].ID, err)
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

// output is a file of JSON lines that takes its place when it is whole, or standard output.
type output struct {
	file *renameio.PendingFile
	w    *bufio.Writer
	json *json.Encoder
}

// openOutput starts a file; an empty path gives an output that is never written to.
func openOutput(path string) (*output, error) {
	o := &output{}
	var w io.Writer = os.Stdout
	if path == "" {
		w = io.Discard
	} else if path != "-" {
		file, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
		if err != nil {
			return nil, fmt.Errorf("cannot write %s: %w", path, err)
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			_ = file.Cleanup()
			return nil, fmt.Errorf("cannot write %s: it is a folder", path)
		}
		o.file, w = file, file
	}
	o.w = bufio.NewWriter(w)
	o.json = json.NewEncoder(o.w)
	o.json.SetEscapeHTML(false)
	return o, nil
}

func (o *output) line(v any) error { return o.json.Encode(v) }

// keep puts the file in its place.
func (o *output) keep() error {
	if err := o.w.Flush(); err != nil {
		return err
	}
	if o.file == nil {
		return nil
	}
	return o.file.CloseAtomicallyReplace()
}

// discard removes what was not kept.
func (o *output) discard() {
	if o.file != nil {
		_ = o.file.Cleanup()
	}
}
