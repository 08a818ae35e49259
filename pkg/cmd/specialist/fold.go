package main

import (
	"fmt"
	"os"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
)

type foldCommand struct {
	In  string `required:"" placeholder:"BERT_DIR" help:"Folder of a BERT: config.json, model.safetensors, tokenizer.json or vocab.txt."`
	Out string `required:"" placeholder:"DISTILBERT_DIR" help:"Folder to make; it must not exist."`
}

// Run folds the encoder. BERT's pooler and heads are left out, because DistilBERT has no place for them.
func (c *foldCommand) Run() error {
	w, err := distilbert.Load(c.In)
	if err != nil {
		return err
	}
	if err := w.Fold(c.Out, c.In); err != nil {
		return err
	}
	for _, name := range w.Unused {
		fmt.Fprintln(os.Stderr, "left out:", name)
	}
	fmt.Printf("%s: a DistilBERT of %d layers of %d, %d parameters\n", c.Out, w.Config.Layers, w.Config.Dim, distilbert.Count(w.Config.EncoderShapes()))
	return nil
}
