package main

import (
	"fmt"
	"os"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

type exportCommand struct {
	Base    string `required:"" placeholder:"DIR" help:"Base model's folder."`
	Adapter string `required:"" placeholder:"DIR" help:"Folder of the adapter to merge into it."`
	Out     string `required:"" placeholder:"MODEL_DIR" help:"Folder to make; it must not exist."`
}

// Help is shown below the flags.
func (exportCommand) Help() string {
	return `MODEL_DIR is a plain DistilBERT that computes the same logits and that transformers loads, with the labels in config.json and in
labels.json.`
}

// Run merges the adapter and writes the model.
func (c *exportCommand) Run() error {
	model, err := classifier.Open(c.Base, c.Adapter)
	if err != nil {
		return err
	}
	for _, notice := range model.Notices {
		fmt.Fprintln(os.Stderr, "note:", notice)
	}
	if err := model.WriteMerged(c.Out, model.Synthetic); err != nil {
		return err
	}
	fmt.Printf("%s: a DistilBERT with %d labels, %d tokens a note\n", c.Out, len(model.Labels), model.MaxLength)
	return nil
}
