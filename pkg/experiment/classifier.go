package experiment

import (
	"context"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Classifier loads the selected run's model, ready to classify texts; the caller closes it. It trains first what is not on disk.
func (e *Experiment) Classifier(ctx context.Context, log stage.Log) (*classifier.Classifier, error) {
	s, err := e.Sweep(ctx, log)
	if err != nil {
		return nil, err
	}
	run := s.Selected()
	source := classifier.Source{Run: run.Dir, Backend: run.Profile.Backend}
	if run.Profile.Train.Method == profile.MethodLoRA {
		b, err := e.openBase(ctx, log)
		if err != nil {
			return nil, err
		}
		source.Base = b.dir
	}
	return classifier.Load(source)
}
