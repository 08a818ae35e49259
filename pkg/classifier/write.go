package classifier

import (
	"os"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
)

// card is the content of labels.json for this model.
func (c *Classifier) card(synthetic bool) LabelFile {
	return LabelFile{Labels: c.Labels, MaxLength: c.MaxLength, BaseSHA256: c.BaseSHA256, Synthetic: synthetic}
}

// WriteAdapter writes the adapter's and the head's current values as a folder that PEFT loads, with labels.json beside them.
func (c *Classifier) WriteAdapter(dir string, synthetic bool) error {
	adapter, err := c.trainedAdapter()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := c.card(synthetic).write(dir); err != nil {
		return err
	}
	return adapter.Write(dir)
}

// WriteMerged writes the model's current values as a DistilBERT folder that transformers loads: an adapter is merged into the weights,
// and the labels are in config.json and, with the maximum length, in labels.json. dir must not exist.
func (c *Classifier) WriteMerged(dir string, synthetic bool) error {
	w, err := c.Merged()
	if err != nil {
		return err
	}
	if err := distilbert.Save(dir, w, c.BaseDir); err != nil {
		return err
	}
	card := c.card(synthetic)
	card.BaseSHA256 = "" // the folder is a base of its own
	return card.write(dir)
}
