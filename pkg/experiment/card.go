package experiment

import (
	"bytes"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
)

//go:embed card.md.tmpl
var cardText string

var cardTemplate = template.Must(template.New("card").Parse(cardText))

// cardMetrics are the metrics of a model card, in its order.
var cardMetrics = []evaluate.Metric{
	evaluate.RowAccuracy, evaluate.MacroF1Union, evaluate.WeightedF1, evaluate.AnyValid, evaluate.RecallAt3,
}

// writeCard writes the model card, beside the run and in the folder of what was trained, so that it goes where the model goes.
func (r *Run) writeCard() error {
	type metric struct{ Name, Key, Value, Interval, Ceiling, Majority string }
	var metrics []metric
	for _, m := range cardMetrics {
		v := r.Test.Metrics[m]
		interval := v.Reason
		if v.Low != nil && v.High != nil {
			interval = fmt.Sprintf("%.3f to %.3f", *v.Low, *v.High)
		}
		metrics = append(metrics, metric{m.Title(), string(m), fmt.Sprintf("%.4f", v.Value), interval, fmt.Sprintf("%.4f", v.Ceiling), fmt.Sprintf("%.4f", r.Majority.Metrics[m].Value)})
	}
	base, licence := r.Profile.Base, "that of the base model and of the notes; neither is recorded here"
	if base == checkout.BundledBase {
		base, licence = "sentence-transformers/all-MiniLM-L6-v2, folded into DistilBERT's layout", "apache-2.0"
	}
	var b bytes.Buffer
	err := cardTemplate.Execute(&b, struct {
		*Run
		Base, Licence, Trains, Method string
		Metrics                       []metric
		Untested                      string
	}{r, base, licence, r.Profile.Describe(), string(r.Profile.Train.Method), metrics, strings.Join(r.Corpus.AbsentInTest, "; ")})
	if err != nil {
		return err
	}
	for _, dir := range []string{r.Dir, r.ModelPath()} {
		if err := atomicfile.WriteFile(filepath.Join(dir, CardFile), b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
