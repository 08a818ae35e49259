package classifier

import (
	"errors"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// Merged returns the model's current weights with the adapter merged into them: the low-rank updates are added to the layers that
// carry them, and the head and the labels are kept. The logits are the same; distilbert.Save writes it as a folder that transformers
// loads. The model itself is not changed.
func (m *Model) Merged() (*distilbert.Weights, error) {
	w := &distilbert.Weights{Config: m.Config, Tensors: make(map[string]weights.Tensor), HasHead: true, Classes: len(m.Labels)}
	w.Config.ModelType = "distilbert" // also for a BERT, which was folded when it was loaded
	var adapter *lora.Adapter
	if m.Adapter != nil {
		var err error
		if adapter, err = m.trainedAdapter(); err != nil {
			return nil, err
		}
	}
	for _, s := range append(m.Config.EncoderShapes(), m.Config.HeadShapes(len(m.Labels))...) {
		t, err := m.Tensor(s.Name)
		if err != nil {
			return nil, err
		}
		module, isWeight := strings.CutSuffix(modulePrefix+s.Name, ".weight")
		if isWeight && adapter != nil && adapter.Adapts(module) {
			if t, err = adapter.Merge(module, t); err != nil {
				return nil, err
			}
		}
		w.Tensors[s.Name] = t
	}
	return w, nil
}

// trainedAdapter copies the adapter's and the head's current values out of the variable store.
func (m *Model) trainedAdapter() (*lora.Adapter, error) {
	if m.Adapter == nil {
		return nil, errors.New("the model has no adapter to write")
	}
	current := *m.Adapter
	var err error
	if current.Matrices, err = m.copyTensors(lora.PairNames(current.Sites)); err != nil {
		return nil, err
	}
	if current.Heads, err = m.copyTensors(HeadNames(m.Config)); err != nil {
		return nil, err
	}
	return &current, nil
}
