package study

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Profile is everything that a study is made from. Its values come from one of the profile files below, changed by settings.
type Profile struct {
	Name      string   `yaml:"-" json:"name"`
	Corpus    Corpus   `yaml:"corpus" json:"corpus"`
	Base      string   `yaml:"base" json:"base"`             // a model folder, "minilm" for the one that set-up installs, or hub:owner/name@revision
	MaxLength int      `yaml:"max_length" json:"max_length"` // tokens a note is cut to, [CLS] and [SEP] included
	Adapter   Adapter  `yaml:"adapter" json:"adapter"`
	Train     Training `yaml:"train" json:"train"`
	Backend   string   `yaml:"backend" json:"backend"` // xla:cpu, xla:cuda or go

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

// options is how corpus.Read is to read the file.
func (c Corpus) options() corpus.Options {
	return corpus.Options{With: c.With, Fields: corpus.Fields{Text: c.Text, Label: c.Label, ID: c.ID, Description: c.Description, Keywords: c.Keywords}}
}

// Adapter is the LoRA adapter to train.
type Adapter struct {
	Rank          int      `yaml:"rank" json:"rank"`
	Alpha         float64  `yaml:"alpha" json:"alpha"`
	Dropout       float64  `yaml:"dropout" json:"dropout"`
	RSLoRA        bool     `yaml:"rslora" json:"rslora"`                 // scale by alpha / sqrt(rank)
	TargetModules []string `yaml:"target_modules" json:"target_modules"` // of q_lin, k_lin, v_lin, out_lin, lin1, lin2
}

// Training is train.Config with the choice of what is trained.
type Training struct {
	Method       string `yaml:"method" json:"method"`           // lora, full, partial or head
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

//go:embed profile/*.yaml
var profileFiles embed.FS

// Profiles names the profiles that there are.
func Profiles() []string { return []string{"demo", "mtsamples", "paper"} }

// ReadProfile returns a profile with settings of the form key=value applied, such as train.epochs=1. It is one of Profiles by
// name, or a YAML file of the user's with the same keys, which extends one of them: what the file leaves out is as there. A list
// is written as in the files, [q_lin, v_lin]; text stands as it is. A key that no profile has is refused, with the nearest one
// that there is.
func ReadProfile(name string, settings []string) (Profile, error) {
	p, err := namedProfile(name)
	if err != nil {
		return Profile{}, err
	}
	for _, s := range settings {
		if err := p.set(s); err != nil {
			return Profile{}, err
		}
	}
	return p, nil
}

func namedProfile(name string) (Profile, error) {
	p := Profile{Name: name}
	if extension := filepath.Ext(name); extension != ".yaml" && extension != ".yml" {
		raw, err := profileFiles.ReadFile("profile/" + name + ".yaml")
		if err != nil {
			return p, fmt.Errorf("there is no profile %q: choose one of %s, or a file NAME.yaml", name, strings.Join(Profiles(), ", "))
		}
		return p, p.read(name, raw)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return p, fmt.Errorf("profile: %w", err)
	}
	var parent struct {
		Extends string         `yaml:"extends"`
		Rest    map[string]any `yaml:",inline"`
	}
	if err := yaml.Unmarshal(raw, &parent); err != nil {
		return p, fmt.Errorf("profile %s: %w", name, err)
	}
	if !slices.Contains(Profiles(), parent.Extends) {
		return p, fmt.Errorf("profile %s: extends is %q; name the profile that it changes: %s", name, parent.Extends, strings.Join(Profiles(), ", "))
	}
	if p, err = namedProfile(parent.Extends); err != nil {
		return p, err
	}
	p.Name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	return p, p.read(name, raw)
}

// read puts a file's values over the profile's. A list takes the place of the one that was there.
func (p *Profile) read(name string, raw []byte) error {
	file := struct {
		Extends  string `yaml:"extends"`
		*Profile `yaml:",inline"`
	}{Profile: p}
	if err := decode(raw, &file); err != nil {
		return fmt.Errorf("profile %s: %w", name, err)
	}
	return nil
}

// decode is strict: an unknown key is an error.
func decode(raw []byte, to any) error {
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(to); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
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
		return fmt.Errorf("setting %q: there is no key %q; the nearest is %q (--help lists all)", setting, key, nearest(key, keys))
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

// lora is the adapter's configuration in PEFT's terms.
func (p Profile) lora() lora.Config {
	a := p.Adapter
	return lora.Config{Rank: a.Rank, Alpha: a.Alpha, Dropout: a.Dropout, RSLoRA: a.RSLoRA, TargetModules: a.TargetModules, TaskType: "SEQ_CLS", Base: p.Base}
}

// canonical is the profile as JSON, for fingerprints.
func (p Profile) canonical() []byte {
	raw, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain values always marshal
	}
	return raw
}
