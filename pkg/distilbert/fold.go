package distilbert

import "fmt"

// Fold writes the encoder of a loaded BERT as a DistilBERT folder, with the tokenizer's files from tokenizerDir; see Save. A
// model that is a DistilBERT already is refused.
func (w *Weights) Fold(dir, tokenizerDir string) error {
	if w.Config.ModelType != "bert" {
		return fmt.Errorf("%s is a %s already: only a BERT can be folded", tokenizerDir, w.Config.ModelType)
	}
	return Save(dir, w, tokenizerDir)
}
