package study

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// Opening says what is about to be trained, in a few lines.
func (f *Fit) Opening(model *classifier.Classifier, device string) []string {
	c, p := f.Corpus, f.Profile
	lines := []string{
		fmt.Sprintf("notes: %s, %d rows kept of %d, %d texts under %d labels; %d to train, %d to validate, %d to test",
			c.Name, c.RowsKept, c.RowsRead, c.Texts, c.Labels, c.Train, c.Validation, c.Test),
		fmt.Sprintf("base: %s, %d layers of %d, cut to %d tokens (%d training notes are longer); tokenizer: %s",
			p.Base, model.Config.Layers, model.Config.Dim, model.MaxLength, c.Truncated, model.Tokenizer.Engine()),
		f.trainsLine(),
		"backend: " + device,
	}
	for _, notice := range f.Notices {
		lines = append(lines, "note: "+notice)
	}
	if len(c.Unlearned) > 0 {
		lines = append(lines, "labels without a training text: "+strings.Join(c.Unlearned, ", "))
	}
	if len(c.Untested) > 0 {
		lines = append(lines, "labels without a test text: "+strings.Join(c.Untested, ", "))
	}
	return lines
}

// trainsLine says what is trained, and how many parameters that is.
func (f *Fit) trainsLine() string {
	n := f.Parameters
	return fmt.Sprintf("training: %s; %d of %d parameters (%.2f %%)", f.Profile.trains(), n.Trainable, n.Total, 100*float64(n.Trainable)/float64(n.Total))
}
