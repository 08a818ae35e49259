package profile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// Check refuses a profile that cannot be run, by the key that is wrong.
func (p Profile) Check() error {
	switch {
	case p.Corpus.Source != "demo" && p.Corpus.Source != "file":
		return fmt.Errorf("corpus.source is %q, it must be demo or file", p.Corpus.Source)
	case p.Corpus.Source == "file" && p.Corpus.Path == "":
		return fmt.Errorf("profile %s needs notes: name a file with --data (DATA= for make)", p.Name)
	case p.Corpus.Source == "demo" && len(p.Corpus.With) > 0:
		return errors.New("corpus.with extends the texts of a file: name one with --data")
	case p.Corpus.Source == "demo" && p.Corpus.Options().Fields != corpus.Fields{}:
		return errors.New("corpus.text, label, id, description and keywords name the columns of a file: name one with --data")
	case p.Corpus.Protocol != corpus.ProtocolGroup && p.Corpus.Protocol != corpus.ProtocolRow:
		return fmt.Errorf("corpus.protocol is %q, it must be %s or %s", p.Corpus.Protocol, corpus.ProtocolGroup, corpus.ProtocolRow)
	case p.Corpus.Targets != "sets" && p.Corpus.Targets != "rows":
		return fmt.Errorf("corpus.targets is %q, it must be sets or rows", p.Corpus.Targets)
	case p.Corpus.Limit < 0:
		return fmt.Errorf("corpus.limit is %d, it must not be negative", p.Corpus.Limit)
	case p.Base == "":
		return errors.New("base is empty: name a model folder, minilm, or hub:owner/name@revision")
	case p.MaxLength < 3:
		return fmt.Errorf("max_length is %d, at least 3 tokens are needed", p.MaxLength)
	case !slices.Contains([]string{"xla", "go"}, strings.SplitN(p.Backend, ":", 2)[0]):
		return fmt.Errorf("backend is %q, it must be xla:cpu, xla:cuda or go", p.Backend)
	case !slices.Contains(Methods(), p.Train.Method):
		return fmt.Errorf("train.method is %q, it must be one of %s", p.Train.Method, joined(Methods()))
	case p.Train.Method == MethodPartial && p.Train.Layers < 1:
		return fmt.Errorf("train.layers is %d: train.method=partial trains the last layers of the encoder, at least 1", p.Train.Layers)
	case p.Train.Method != MethodPartial && p.Train.Layers != 0:
		return fmt.Errorf("train.layers is %d, but only train.method=partial reads it, and the method is %s", p.Train.Layers, p.Train.Method)
	case p.Rates.Epochs < 1 && len(p.Rates.LoRA)+len(p.Rates.Full) > 0:
		return fmt.Errorf("rates.epochs is %d, at least 1 is needed to compare learning rates", p.Rates.Epochs)
	}
	for _, protocol := range p.Protocols {
		if protocol != corpus.ProtocolGroup && protocol != corpus.ProtocolRow {
			return fmt.Errorf("protocols: %q is none, there are %s and %s", protocol, corpus.ProtocolGroup, corpus.ProtocolRow)
		}
	}
	if err := p.AdapterConfig().Check(); err != nil && p.Train.Method == MethodLoRA {
		return fmt.Errorf("adapter: %w", err)
	}
	if err := p.Train.Check(); err != nil {
		return err
	}
	for _, r := range []struct {
		key    string
		method Method
		rates  []float64
	}{{"rates.lora", MethodLoRA, p.Rates.LoRA}, {"rates.full", MethodFull, p.Rates.Full}} {
		for _, rate := range r.rates {
			if err := p.RateTrial(r.method, rate).Train.Check(); err != nil {
				return fmt.Errorf("%s: %w", r.key, err)
			}
		}
	}
	for _, l := range p.lists() {
		if err := l.list.check(p, l.key); err != nil {
			return err
		}
	}
	return nil
}

// joined lists methods for a message.
func joined(methods []Method) string {
	names := make([]string, len(methods))
	for i, m := range methods {
		names[i] = string(m)
	}
	return strings.Join(names, ", ")
}
