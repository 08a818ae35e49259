package classifier

import (
	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/lora"
)

// Counts are the parameters of a classifier by part.
type Counts struct {
	Encoder int
	Head    int // pre_classifier and classifier
	Adapter int // the low-rank pairs; 0 without an adapter
}

// Count counts a classifier of this shape. adapter may be nil.
func Count(c distilbert.Config, adapter *lora.Adapter, classes int) Counts {
	counts := Counts{Encoder: distilbert.Count(c.EncoderShapes()), Head: distilbert.Count(c.HeadShapes(classes))}
	if adapter != nil {
		counts.Adapter, _ = adapter.Parameters()
	}
	return counts
}

// CountConfig counts from the configurations alone, before there are weights. adapter may be nil. The error is that of an adapter's
// configuration that fits no layer of the model.
func CountConfig(c distilbert.Config, adapter *lora.Config, classes int) (Counts, error) {
	counts := Count(c, nil, classes)
	if adapter == nil {
		return counts, nil
	}
	if err := adapter.Check(); err != nil {
		return Counts{}, err
	}
	sites, err := adapter.Select(Sites(c), OtherModules())
	if err != nil {
		return Counts{}, err
	}
	for _, s := range sites {
		counts.Adapter += adapter.Rank * (s.In + s.Out) // A [r, in], B [out, r]
	}
	return counts, nil
}

// Trainable is what training an adapter changes: the pairs and the head, or the head alone where there is no adapter.
func (c Counts) Trainable() int { return c.Head + c.Adapter }

// Total counts each parameter once.
func (c Counts) Total() int { return c.Encoder + c.Head + c.Adapter }

// Merged is the size of the model once the adapter is merged into it.
func (c Counts) Merged() int { return c.Encoder + c.Head }

// PEFTTotal is the "all params" of PEFT's print_trainable_parameters: with an adapter PEFT keeps the base's frozen head beside
// the one that is trained, so the head counts twice.
func (c Counts) PEFTTotal() int {
	if c.Adapter == 0 {
		return c.Total()
	}
	return c.Total() + c.Head
}
