package classifier

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/lora"
)

// labelsFile is the file beside an adapter's own, which in PEFT's format name neither the labels nor the maximum length.
const labelsFile = "labels.json"

// LabelFile is the content of an adapter folder's labels.json.
type LabelFile struct {
	Labels     []string `json:"labels"`                // in the order of the logits
	MaxLength  int      `json:"max_length,omitempty"`  // tokens a note was cut to in training, [CLS] and [SEP] included
	BaseSHA256 string   `json:"base_sha256,omitempty"` // of the base's model.safetensors
	Synthetic  bool     `json:"synthetic,omitempty"`   // trained on synthetic notes
}

// readCard reads dir/labels.json; a folder without one gives an empty card.
func readCard(dir string) (LabelFile, error) {
	path := filepath.Join(dir, labelsFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return LabelFile{}, nil
	}
	if err != nil {
		return LabelFile{}, err
	}
	var c LabelFile
	if err := json.Unmarshal(raw, &c); err != nil {
		return LabelFile{}, fmt.Errorf("%s: %w", path, err)
	}
	if len(c.Labels) == 0 {
		return LabelFile{}, fmt.Errorf(`%s names no labels: {"labels": ["...", ...]} is needed, in the order of the classifier's rows`, path)
	}
	if c.MaxLength != 0 && c.MaxLength < minLength {
		return LabelFile{}, fmt.Errorf("%s: max_length is %d, [CLS], a word and [SEP] need %d", path, c.MaxLength, minLength)
	}
	seen := make(map[string]bool)
	for _, label := range c.Labels {
		if seen[label] {
			return LabelFile{}, fmt.Errorf("%s names the label %q twice", path, label)
		}
		seen[label] = true
	}
	return c, nil
}

func (c LabelFile) write(dir string) error {
	raw, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(dir, labelsFile), append(raw, '\n'))
}

// chooseLabels returns the label list of a base and an adapter: labels.json's, else the base's id2label, else LABEL_0 and so on as
// transformers has them, as many as a trained head has rows (unnamed is then true).
func chooseLabels(dir string, base *distilbert.Weights, adapter *lora.Adapter, card LabelFile) (labels []string, unnamed bool, err error) {
	classes := 0
	if base.HasHead {
		classes = base.Classes
	}
	if adapter != nil {
		if t, ok := adapter.Heads["classifier.weight"]; ok && len(t.Shape) == 2 {
			classes = t.Shape[0]
		}
	}
	labels = card.Labels
	if labels == nil {
		labels = base.Config.Labels
	}
	if labels == nil {
		if classes == 0 {
			return nil, false, fmt.Errorf("%s has no classification head and names no labels (id2label in config.json, or %s in the adapter's folder): a base that was not fine-tuned needs an adapter", dir, labelsFile)
		}
		return distilbert.NumberedLabels(classes), true, nil
	}
	if classes != 0 && classes != len(labels) {
		return nil, false, fmt.Errorf("the classifier has %d classes, but %d labels are named (by %s in the adapter's folder, or by id2label in %s)", classes, len(labels), labelsFile, filepath.Join(dir, "config.json"))
	}
	return labels, false, nil
}
