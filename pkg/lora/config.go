package lora

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Site is a linear layer that an adapter can sit on.
type Site struct {
	Module  string // the full module name that PEFT sees, such as distilbert.transformer.layer.0.attention.q_lin
	Out, In int
}

// Config is adapter_config.json, PEFT's LoraConfig, as far as it is supported here. As YAML and JSON it is the settings of an adapter that is
// to be trained.
type Config struct {
	Rank          int      `yaml:"rank" json:"rank"`                     // r
	Alpha         float64  `yaml:"alpha" json:"alpha"`                   // lora_alpha
	Dropout       float64  `yaml:"dropout" json:"dropout"`               // lora_dropout, on the input of A in training
	RSLoRA        bool     `yaml:"rslora" json:"rslora"`                 // use_rslora: scale by alpha / sqrt(r)
	TargetModules []string `yaml:"target_modules" json:"target_modules"` // target_modules as a list: module names, or ends of them after a dot
	TargetPattern string   `yaml:"-" json:"-"`                           // target_modules as a string: a regular expression for the whole module name
	TaskType      string   `yaml:"-" json:"-"`                           // task_type: SEQ_CLS, or "" when the file has none
	Base          string   `yaml:"-" json:"-"`                           // base_model_name_or_path
	ModulesToSave []string `yaml:"-" json:"-"`                           // modules_to_save: heads that are trained whole and stored beside the adapter
}

// Scale is the factor of the low-rank update: alpha / r, or alpha / sqrt(r) with rsLoRA (Kalajdzievski, 2023,
// https://arxiv.org/abs/2312.03732).
func (c Config) Scale() float64 {
	if c.RSLoRA {
		return c.Alpha / math.Sqrt(float64(c.Rank))
	}
	return c.Alpha / float64(c.Rank)
}

// Check returns an error, by PEFT's name of the key, for a value that no adapter can have.
func (c Config) Check() error {
	switch {
	case c.Rank <= 0:
		return fmt.Errorf("r is %d, it must be positive", c.Rank)
	case c.Alpha <= 0 || math.IsInf(c.Alpha, 0) || math.IsNaN(c.Alpha):
		return fmt.Errorf("lora_alpha is %g, it must be positive", c.Alpha)
	case c.Dropout < 0 || c.Dropout >= 1 || math.IsNaN(c.Dropout):
		return fmt.Errorf("lora_dropout is %g, it must be at least 0 and below 1", c.Dropout)
	case len(c.TargetModules) == 0 && c.TargetPattern == "":
		return errors.New("target_modules is empty: name the linear layers to adapt, such as q_lin and v_lin")
	}
	return nil
}

// Select returns the sites that the configuration adapts, in the order given. others are the model's remaining module names: a
// target that matches one of them is an error, because no adapter is supported there. As in PEFT, a pattern must match the whole
// name (re.fullmatch), a list entry matches a module of that name or one that ends in it after a dot, and modules_to_save are
// never targets. A target that matches no site at all is an error.
func (c Config) Select(sites []Site, others []string) ([]Site, error) {
	match, err := c.matcher()
	if err != nil {
		return nil, err
	}
	for _, module := range others {
		if match(module) && !slices.Contains(c.ModulesToSave, module) { // modules_to_save are never targets
			return nil, fmt.Errorf("target_modules selects %s, which cannot carry an adapter here; only the encoder's linear layers can", module)
		}
	}
	selected := slices.DeleteFunc(slices.Clone(sites), func(s Site) bool { return !match(s.Module) })
	if len(selected) == 0 {
		return nil, fmt.Errorf("target_modules %s matches none of the model's linear layers, such as %s", c.targets(), sites[0].Module)
	}
	return selected, nil
}

// targets is target_modules for an error message.
func (c Config) targets() string {
	if c.TargetPattern != "" {
		return fmt.Sprintf("%q", c.TargetPattern)
	}
	return fmt.Sprintf("%q", c.TargetModules)
}

// matcher returns whether target_modules selects a module, by the module's name.
func (c Config) matcher() (func(module string) bool, error) {
	if c.TargetPattern != "" {
		re, err := regexp.Compile(`^(?:` + c.TargetPattern + `)$`)
		if err != nil {
			return nil, fmt.Errorf("target_modules %q is not a regular expression that can be read here: %w", c.TargetPattern, err)
		}
		return re.MatchString, nil
	}
	return func(module string) bool {
		return slices.ContainsFunc(c.TargetModules, func(t string) bool {
			return module == t || strings.HasSuffix(module, "."+t)
		})
	}, nil
}

// ReadConfig reads dir/adapter_config.json; an absent key takes PEFT's default. A key that PEFT knows and that is not supported here is
// an error that names the file and the key, unless its value changes nothing; unknown keys are ignored.
func ReadConfig(dir string) (Config, error) {
	path := filepath.Join(dir, "adapter_config.json")
	raw, err := os.ReadFile(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return Config{}, fmt.Errorf("%s does not exist: an adapter folder needs adapter_config.json and adapter_model.safetensors", path)
		}
		return Config{}, err
	}
	c, err := parse(raw)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func parse(raw []byte) (Config, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return Config{}, err
	}
	var f struct {
		PeftType      *string         `json:"peft_type"`
		TaskType      *string         `json:"task_type"`
		Base          *string         `json:"base_model_name_or_path"`
		Rank          *int            `json:"r"`
		Alpha         *float64        `json:"lora_alpha"`
		Dropout       *float64        `json:"lora_dropout"`
		RSLoRA        *bool           `json:"use_rslora"`
		Targets       json.RawMessage `json:"target_modules"`
		ModulesToSave []string        `json:"modules_to_save"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return Config{}, err
	}
	if f.PeftType == nil {
		return Config{}, errors.New("peft_type is missing: LORA is needed")
	}
	if *f.PeftType != "LORA" {
		return Config{}, fmt.Errorf("peft_type %q is not supported, only LORA", *f.PeftType)
	}
	if err := refuse(keys); err != nil {
		return Config{}, err
	}
	// PEFT's defaults for keys that are absent.
	c := Config{Rank: 8, Alpha: 8, ModulesToSave: f.ModulesToSave}
	set(&c.TaskType, f.TaskType)
	set(&c.Base, f.Base)
	set(&c.Rank, f.Rank)
	set(&c.Alpha, f.Alpha)
	set(&c.Dropout, f.Dropout)
	set(&c.RSLoRA, f.RSLoRA)
	if c.TaskType != "" && c.TaskType != "SEQ_CLS" {
		return Config{}, fmt.Errorf("task_type %q is not supported, only SEQ_CLS", c.TaskType)
	}
	if err := c.readTargets(f.Targets); err != nil {
		return Config{}, err
	}
	return c, c.Check()
}

// set copies a value if there is one.
func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// readTargets reads target_modules: a list of names or a regular expression.
func (c *Config) readTargets(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return errors.New("target_modules is missing: without it the adapted layers cannot be known")
	}
	if json.Unmarshal(raw, &c.TargetModules) == nil {
		return nil
	}
	if json.Unmarshal(raw, &c.TargetPattern) != nil {
		return fmt.Errorf("target_modules is %s, a list of names or a regular expression is needed", raw)
	}
	return nil
}

// marshal returns the content of adapter_config.json, from which PEFT loads an adapter that computes the same.
func (c Config) marshal() ([]byte, error) {
	var targets any = c.TargetModules
	if c.TargetPattern != "" {
		targets = c.TargetPattern
	}
	out := map[string]any{
		"peft_type":               "LORA",
		"base_model_name_or_path": c.Base,
		"inference_mode":          true,
		"r":                       c.Rank,
		"lora_alpha":              c.Alpha,
		"lora_dropout":            c.Dropout,
		"use_rslora":              c.RSLoRA,
		"bias":                    "none",
		"fan_in_fan_out":          false,
		"target_modules":          targets,
		"modules_to_save":         c.ModulesToSave,
		"task_type":               nil,
	}
	if c.TaskType != "" {
		out["task_type"] = c.TaskType
	}
	raw, err := json.MarshalIndent(out, "", "  ")
	return append(raw, '\n'), err
}
