package experiment

import (
	"fmt"
	"strings"
)

// opening says what is about to be trained, in a few lines; in one line for a later run of a series.
func (f *fineTuning) opening(device string, at place) []string {
	n, c, p := f.Parameters, f.Corpus, f.Profile
	training := fmt.Sprintf("training: %s; %d of %d parameters (%.2f %%)", p.Describe(), n.Trainable, n.Total, 100*float64(n.Trainable)/float64(n.Total))
	if at.later {
		return []string{training}
	}
	lines := []string{
		fmt.Sprintf("notes: %s, %d rows kept of %d, %d texts under %d labels; %d to train, %d to validate, %d to test",
			c.Name, c.RowsKept, c.RowsRead, c.Texts, c.Labels, c.Train, c.Validation, c.Test),
		fmt.Sprintf("base: %s, %d layers of %d, cut to %d tokens (%d training notes are longer); tokenizer: %s",
			p.Base, f.model.Config.Layers, f.model.Config.Dim, f.model.MaxLength, c.Truncated, f.model.Tokenizer.Engine()),
		training,
		"backend: " + device,
	}
	for _, notice := range f.Notices {
		lines = append(lines, "note: "+notice)
	}
	if len(c.AbsentInTrain) > 0 {
		lines = append(lines, "labels without a training text: "+strings.Join(c.AbsentInTrain, ", "))
	}
	if len(c.AbsentInTest) > 0 {
		lines = append(lines, "labels without a test text: "+strings.Join(c.AbsentInTest, ", "))
	}
	return lines
}
