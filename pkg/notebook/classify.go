package notebook

import (
	"context"
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/page"
)

// maxScores is how many labels Classify shows of a text.
const maxScores = 5

// Classify shows the five most probable labels that the study's model gives each text. It trains first what is not on disk.
func Classify(texts ...string) {
	Run(func(ctx context.Context) error {
		log, end := newLog()
		e, err := load(ctx, log)
		if err != nil {
			return err
		}
		c, err := e.Classifier(ctx, log)
		end()
		if err != nil {
			return err
		}
		defer c.Close()
		predictions, err := c.Classify(ctx, texts)
		if err != nil {
			return err
		}
		for i, p := range predictions {
			caption := fmt.Sprintf("Text %d: %s", i+1, p.Label)
			if p.Truncated {
				caption += fmt.Sprintf(" (the first %d of %d tokens were read)", c.MaxLength, p.Tokens)
			}
			t := page.SimpleTable(caption, []string{"Label", "Probability"})
			t.Synthetic = c.Synthetic
			for _, s := range p.Top(maxScores) {
				t.Rows = append(t.Rows, []page.Cell{page.Text(s.Label), page.PercentCell(float64(s.Probability))})
			}
			if err := showBlock(t); err != nil {
				return err
			}
		}
		return nil
	})
}
