package study

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// What training changes.
const (
	methodLoRA    = "lora"    // the adapter and the head
	methodFull    = "full"    // every parameter
	methodPartial = "partial" // the last layers of the encoder and the head
	methodHead    = "head"    // the head alone, on a frozen encoder
)

var methods = []string{methodLoRA, methodFull, methodPartial, methodHead}

// methodName is the method as tables show it.
func (p Profile) methodName() string {
	switch p.Train.Method {
	case methodFull:
		return "full fine-tuning"
	case methodPartial:
		return fmt.Sprintf("last %d layers", p.Train.Layers)
	case methodHead:
		return "head alone"
	default:
		return "LoRA"
	}
}

// trains says what is trained, with its settings.
func (p Profile) trains() string {
	if p.Train.Method != methodLoRA {
		return p.methodName()
	}
	a := p.Adapter
	scale := ""
	if a.RSLoRA {
		scale = " (rsLoRA)"
	}
	return fmt.Sprintf("LoRA, rank %d, alpha %g%s, dropout %g, on %s", a.Rank, a.Alpha, scale, a.Dropout, strings.Join(a.TargetModules, ", "))
}

// model reads the base and sets up what the profile trains, fresh from its seed.
func (p Profile) model(base string, labels []string) (*classifier.Classifier, error) {
	config := p.lora()
	adapter := &config
	if p.Train.Method != methodLoRA {
		adapter = nil
	}
	m, err := classifier.Prepare(base, adapter, labels, p.Train.Seed)
	if err != nil {
		return nil, err
	}
	switch p.Train.Method {
	case methodFull:
		m.SetTrainable(classifier.TrainAll)
	case methodHead:
		m.SetTrainable(classifier.TrainHead)
	case methodPartial:
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

// writeTrained stores what training changed: an adapter, or the whole model.
func (f *fitting) writeTrained() error {
	if f.Profile.Train.Method == methodLoRA {
		return f.model.WriteAdapter(filepath.Join(f.Dir, AdapterDir), f.notes.Corpus.Synthetic)
	}
	dir := filepath.Join(f.Dir, ModelDir)
	if err := os.RemoveAll(dir); err != nil && !errors.Is(err, os.ErrNotExist) { // of a process that was killed before the result
		return err
	}
	return f.model.WriteMerged(dir, f.notes.Corpus.Synthetic)
}

// sizes measures what the run keeps.
func (f *fitting) sizes() (Sizes, error) {
	name := "model.safetensors"
	if f.Profile.Train.Method == methodLoRA {
		name = "adapter_model.safetensors"
	}
	info, err := os.Stat(filepath.Join(f.trained(), name))
	if err != nil {
		return Sizes{}, err
	}
	return Sizes{Trained: info.Size(), Optimizer: f.Provenance.Times.Cost.OptimizerBytes}, nil
}

// trained is the folder that holds what was trained.
func (f *Fit) trained() string {
	if f.Profile.Train.Method == methodLoRA {
		return filepath.Join(f.Dir, AdapterDir)
	}
	return filepath.Join(f.Dir, ModelDir)
}
