package distilbert

import "fmt"

// saveEps is the LayerNorm epsilon that transformers gives every DistilBERT; config.json cannot say another.
const saveEps = 1e-12

// Fold writes the encoder of a loaded BERT as a DistilBERT folder, with the tokenizer's files from tokenizerDir. A model that
// is a DistilBERT already, and one whose LayerNorm epsilon DistilBERT cannot have, are refused.
func (w *Weights) Fold(dir, tokenizerDir string) error {
	if w.Config.ModelType != "bert" {
		return fmt.Errorf("%s is a %s already: only a BERT can be folded", tokenizerDir, w.Config.ModelType)
	}
	if w.Config.LayerNormEps != saveEps {
		return fmt.Errorf("%s has layer_norm_eps %g, but a DistilBERT's is %g: the folded model would compute something else", tokenizerDir, w.Config.LayerNormEps, saveEps)
	}
	return Save(dir, w, tokenizerDir)
}
