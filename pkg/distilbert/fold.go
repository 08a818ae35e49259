package distilbert

import "fmt"

// Fold writes the encoder of a loaded BERT as a DistilBERT folder, with the tokenizer's files from tokenizerDir. It fails for a model
// that is a DistilBERT already, and as [Save] does.
func (w *Weights) Fold(dir, tokenizerDir string) error {
	if w.Config.ModelType != "bert" {
		return fmt.Errorf("%s is a %s already: only a BERT can be folded", tokenizerDir, w.Config.ModelType)
	}
	return Save(dir, w, tokenizerDir)
}
