package experiment

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/profile"
)

// newModel reads the base and sets up what the profile trains, fresh from its seed.
func newModel(p profile.Profile, base string, labels []string) (*classifier.Classifier, error) {
	config := p.AdapterConfig()
	adapter := &config
	if p.Train.Method != profile.MethodLoRA {
		adapter = nil
	}
	m, err := classifier.Prepare(base, adapter, labels, p.Train.Seed)
	if err != nil {
		return nil, err
	}
	switch p.Train.Method {
	case profile.MethodFull:
		m.SetTrainable(classifier.TrainAll)
	case profile.MethodHead:
		m.SetTrainable(classifier.TrainHead)
	case profile.MethodPartial:
		err = m.TrainLast(p.Train.Layers)
	default:
		m.SetTrainable(classifier.TrainAdapter)
	}
	if err != nil {
		return nil, fmt.Errorf("train.layers: %w", err)
	}
	if err := m.SetMaxLength(p.MaxLength); err != nil {
		return nil, fmt.Errorf("max_length: %w", err)
	}
	return m, nil
}

// writeModel stores what training changed: an adapter, or the whole model.
func (f *fineTuning) writeModel() error {
	dir := f.ModelPath()
	if f.Profile.Train.Method == profile.MethodLoRA {
		return f.model.WriteAdapter(dir, f.notes.Corpus.Synthetic)
	}
	if err := os.RemoveAll(dir); err != nil { // of a process that was killed before the result
		return err
	}
	return f.model.WriteMerged(dir, f.notes.Corpus.Synthetic)
}

// sizes measures what the run keeps.
func (f *fineTuning) sizes() (Sizes, error) {
	name := "model.safetensors"
	if f.Profile.Train.Method == profile.MethodLoRA {
		name = "adapter_model.safetensors"
	}
	info, err := os.Stat(filepath.Join(f.ModelPath(), name))
	if err != nil {
		return Sizes{}, err
	}
	return Sizes{Trained: info.Size(), Optimizer: f.Provenance.Times.Cost.OptimizerBytes}, nil
}
