package study

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// Opening says what is about to be trained, in a few lines.
func (r *Run) Opening(model *classifier.Classifier, device string) []string {
	c, p := r.Corpus, r.Profile
	lines := []string{
		fmt.Sprintf("notes: %s, %d rows kept of %d, %d texts under %d labels; %d to train, %d to validate, %d to test",
			c.Name, c.RowsKept, c.RowsRead, c.Texts, c.Labels, c.Train, c.Validation, c.Test),
		fmt.Sprintf("base: %s, %d layers of %d, cut to %d tokens (%d training notes are longer); tokenizer: %s",
			p.Base, model.Config.Layers, model.Config.Dim, model.MaxLength, c.Truncated, model.Tokenizer.Engine()),
		fmt.Sprintf("adapter: rank %d on %s; %d of %d parameters are trained (%.2f %%)",
			p.Adapter.Rank, strings.Join(p.Adapter.TargetModules, ", "), r.Parameters.Trainable, r.Parameters.Total,
			100*float64(r.Parameters.Trainable)/float64(r.Parameters.Total)),
		"backend: " + device,
	}
	for _, notice := range r.Notices {
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

// download tells of a file that is on its way.
func (t Tell) download(file string, done, total int64) {
	if done == total {
		t.say("downloaded %s, %.1f MB", file, float64(total)/1e6)
	}
}
