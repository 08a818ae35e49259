//go:build ignore

// The Go side of `make bench`, which builds it.
package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/demo"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

const (
	seed      = 42
	maxLength = 512
)

// What the program does, and what it takes.
var commands = map[string]struct {
	arguments string
	run       func(args []string) error
}{
	// writes a synthetic corpus of so many distinct notes as CSV, one row a label
	"generate": {"NOTES FILE", func(a []string) error { return generate(a[0], a[1]) }},
	// reads and cleans a CSV and divides it by both protocols
	"split": {"FILE", func(a []string) error { return split(a[0]) }},
	// the notes of a CSV as lines of JSON, divided as the study divides them
	"notes": {"FILE", func(a []string) error { return notes(a[0]) }},
	// the notes of a CSV, or of the demo, then times the tokenizers at each line of its input
	"tokens": {"BASE FILE|-", func(a []string) error { return tokens(a[0], a[1]) }},
	// token ids and a model, from a CSV or the demo, for train and infer
	"samples": {"BASE FILE|- FOLDER", func(a []string) error { return samples(a[0], a[1], a[2]) }},
	// times an epoch of training, or a round of inference, at each line of its input
	"train": {"BASE SAMPLE", func(a []string) error { return trainSpeed(a[0], a[1]) }},
	"infer": {"BASE ADAPTER SAMPLE NOTES TIMES", func(a []string) error { return inferSpeed(a[0], a[1], a[2], a[3], a[4]) }},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 {
		if c, ok := commands[args[0]]; ok && len(args) == len(strings.Fields(c.arguments))+1 {
			return c.run(args[1:])
		}
	}
	var usage strings.Builder
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		fmt.Fprintf(&usage, "\n\tbench %s %s", name, commands[name].arguments)
	}
	return fmt.Errorf("%q is none of%s", args, usage.String())
}

func generate(notes, path string) error {
	n, err := strconv.Atoi(notes)
	if err != nil {
		return err
	}
	c, err := demo.Sized(seed, n)
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(file)
	w.Write([]string{"description", "medical_specialty", "transcription", "keywords"})
	for _, row := range c.Rows {
		w.Write([]string{row.Description, row.Label, row.Text, row.Keywords})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return file.Close()
}

func split(path string) error {
	c, err := corpus.ReadCSV(path)
	if err != nil {
		return err
	}
	for _, protocol := range []string{corpus.ProtocolRow, corpus.ProtocolGroup} {
		if _, err := corpus.Divide(c, protocol, seed); err != nil {
			return err
		}
	}
	return nil
}

// notes writes a line for each note, in the order of the parts: its part, its text and the names of its labels.
func notes(path string) error {
	c, err := corpus.Read(context.Background(), path, corpus.Options{})
	if err != nil {
		return err
	}
	d, err := corpus.Divide(c, corpus.ProtocolGroup, seed)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(os.Stdout)
	out := json.NewEncoder(buffered)
	for _, part := range []struct {
		name     string
		examples []corpus.Note
	}{{corpus.PartTrain, d.Train}, {corpus.PartValidation, d.Validation}, {corpus.PartTest, d.Test}} {
		for _, example := range part.examples {
			labels := make([]string, len(example.Labels))
			for i, label := range example.Labels {
				labels[i] = c.Labels[label]
			}
			if err := out.Encode(map[string]any{"part": part.name, "text": example.Text, "labels": labels}); err != nil {
				return err
			}
		}
	}
	return buffered.Flush()
}

// tokens writes the notes as a line of JSON, then, for every line that it gets, a line with the times of a round. The line that it
// gets is "ids" where the ids are wanted instead.
func tokens(base, path string) error {
	c, err := demo.Corpus(seed)
	if path != "-" {
		c, err = corpus.Read(context.Background(), path, corpus.Options{})
	}
	if err != nil {
		return err
	}
	texts := make([]string, len(c.Notes))
	for i, note := range c.Notes {
		texts[i] = note.Text
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(map[string]any{"name": c.Name, "texts": texts, "cores": runtime.GOMAXPROCS(0)}); err != nil {
		return err
	}
	asked := bufio.NewScanner(os.Stdin)
	for asked.Scan() {
		answer := map[string]any{}
		for _, engine := range tokenize.Engines() {
			if asked.Text() == "ids" {
				answer[engine], err = ids(base, engine, texts)
			} else {
				answer[engine], err = times(base, engine, texts)
			}
			if err != nil {
				return err
			}
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
	}
	return asked.Err()
}

func ids(base, engine string, texts []string) ([][]int32, error) {
	t, err := tokenize.OpenEngine(base, engine)
	if err != nil {
		return nil, err
	}
	encodings, err := t.EncodeAll(texts, maxLength)
	if err != nil {
		return nil, err
	}
	ids := make([][]int32, len(encodings))
	for i, e := range encodings {
		ids[i] = e.IDs
	}
	return ids, nil
}

// times gives the seconds that the texts take on all cores and on one. Each time is that of a tokenizer just opened, because the Go
// engine keeps the words that it has seen; opening it does not count.
func times(base, engine string, texts []string) (map[string]float64, error) {
	all, err := timed(base, engine, func(t *tokenize.Tokenizer) error {
		_, err := t.EncodeAll(texts, maxLength)
		return err
	})
	if err != nil {
		return nil, err
	}
	// The garbage collector has to share the one core too.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, err := timed(base, engine, func(t *tokenize.Tokenizer) error {
		encodings := make([]tokenize.Encoding, len(texts))
		for i, text := range texts {
			var err error
			if encodings[i], err = t.Encode(text, maxLength); err != nil {
				return err
			}
		}
		return nil
	})
	return map[string]float64{"all": all, "one": one}, err
}

func timed(base, engine string, encode func(*tokenize.Tokenizer) error) (float64, error) {
	t, err := tokenize.OpenEngine(base, engine)
	if err != nil {
		return 0, err
	}
	runtime.GC()
	begin := time.Now()
	err = encode(t)
	return time.Since(begin).Seconds(), err
}
