package profile

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/spelling"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Profile is everything that a study is made from. Its values come from one of the embedded profiles or from a file that extends one, changed by settings.
type Profile struct {
	Name      string      `yaml:"-" json:"name"`
	Corpus    Corpus      `yaml:"corpus" json:"corpus"`
	Base      string      `yaml:"base" json:"base"`             // a model folder, "minilm" for the one that set-up installs, or hub:owner/name@revision
	MaxLength int         `yaml:"max_length" json:"max_length"` // tokens a note is cut to, [CLS] and [SEP] included
	Adapter   lora.Config `yaml:"adapter" json:"adapter"`       // what LoRA trains

	Train   Training `yaml:"train" json:"train"`
	Backend string   `yaml:"backend" json:"backend"` // xla:cpu, xla:cuda or go

	// Configurations are the sweep: they are trained and selected from, by validation macro-F1; none for the settings above alone.
	Configurations Configurations `yaml:"sweep" json:"sweep,omitempty"`
	// Compare lists other ways to train, measured beside the sweep and never selected.
	Compare Configurations `yaml:"compare" json:"compare,omitempty"`
	Rates   Rates          `yaml:"rates" json:"rates"`
	// Protocols are those under which the selected configuration is set beside the baselines; corpus.protocol always is one.
	Protocols []string `yaml:"protocols" json:"protocols,omitempty"`
}

// Corpus says which notes are learned from, and how they are divided.
type Corpus struct {
	Source   string `yaml:"source" json:"source"`     // demo (embedded, synthetic) or file
	Path     string `yaml:"path" json:"path"`         // what corpus.Read takes: a CSV, JSON lines, parquet, a folder of it, or hub:owner/name@revision
	Protocol string `yaml:"protocol" json:"protocol"` // group: no text stands in two parts; row: rows split at random, as the report did
	Targets  string `yaml:"targets" json:"targets"`   // sets: a text once, with its label set; rows: once for each label
	Seed     uint64 `yaml:"seed" json:"seed"`         // of the split, and of the demo's notes
	Limit    int    `yaml:"limit" json:"limit"`       // train on at most this many texts; 0 takes all

	// With extends a file's texts by its keywords or description column; see corpus.Options. MTSamples' keywords name the label.
	With []string `yaml:"with" json:"with"`

	// The columns of a file that does not use the usual names; see corpus.Fields.
	Text        string `yaml:"text" json:"text"`
	Label       string `yaml:"label" json:"label"`
	ID          string `yaml:"id" json:"id"`
	Description string `yaml:"description" json:"description"`
	Keywords    string `yaml:"keywords" json:"keywords"`
}

// Options is how corpus.Read is to read the file.
func (c Corpus) Options() corpus.Options {
	return corpus.Options{With: c.With, Fields: corpus.Fields{Text: c.Text, Label: c.Label, ID: c.ID, Description: c.Description, Keywords: c.Keywords}}
}

// Training is train.Config with the choice of what is trained.
type Training struct {
	Method       Method `yaml:"method" json:"method"`
	Layers       int    `yaml:"layers" json:"layers,omitempty"` // encoder layers that partial trains, counted from the last
	train.Config `yaml:",inline"`
}

// Rates are the learning rates of the sensitivity curve: each is a short run of its own, judged on the validation texts.
type Rates struct {
	LoRA        []float64 `yaml:"lora" json:"lora,omitempty"`
	Full        []float64 `yaml:"full" json:"full,omitempty"`
	Epochs      int       `yaml:"epochs" json:"epochs,omitempty"`
	WarmupSteps int       `yaml:"warmup_steps" json:"warmup_steps,omitempty"`
}

// set applies one key=value.
func (p *Profile) set(setting string) error {
	key, value, ok := strings.Cut(setting, "=")
	key = strings.TrimSpace(key)
	if !ok {
		return fmt.Errorf("setting %q is not of the form key=value, such as train.epochs=1", setting)
	}
	keys := Keys()
	if !slices.Contains(keys, key) {
		return fmt.Errorf("setting %q: there is no key %q; the nearest is %q (--help lists all)", setting, key, spelling.Nearest(key, keys))
	}
	wanted := ""
	walk(reflect.ValueOf(p).Elem(), "", func(k string, v reflect.Value) {
		if k == key {
			wanted = assign(v, strings.TrimSpace(value))
		}
	})
	if wanted != "" {
		return fmt.Errorf("setting %q: %s must be %s, not %q", setting, key, wanted, strings.TrimSpace(value))
	}
	return nil
}

// AdapterConfig is the configuration of the adapter that the profile trains, in PEFT's terms.
func (p Profile) AdapterConfig() lora.Config {
	config := p.Adapter
	config.TaskType, config.Base = "SEQ_CLS", p.Base
	return config
}

// BaseName is the base's name in words: without the Hub's owner and revision, and without the folders above it.
func (p Profile) BaseName() string {
	if p.Base == checkout.BundledBase {
		return "MiniLM"
	}
	name, _, _ := strings.Cut(filepath.Base(p.Base), "@")
	return name
}

// canonical is the profile as JSON, for fingerprints.
func (p Profile) canonical() []byte {
	raw, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain values always marshal
	}
	return raw
}
