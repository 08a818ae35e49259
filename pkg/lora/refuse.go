package lora

import (
	"encoding/json"
	"fmt"
	"slices"
)

// neutral lists the keys of PEFT's LoraConfig that change what the adapter computes, with the JSON values that leave it unchanged. Any
// other value is not supported. Keys that only matter to training or to how PEFT initialises an adapter, such as eva_config, are
// not listed.
var neutral = map[string][]string{
	"alora_invocation_tokens": {"null", "[]"},
	"alpha_pattern":           {"null", "{}"},
	"arrow_config":            {"null"},
	"bias":                    {`"none"`, "null"},
	"exclude_modules":         {"null", "[]"},
	"init_lora_weights":       {"true", "false", "null", `"gaussian"`, `"eva"`, `"orthogonal"`, `"mica"`}, // the others change the base weights on loading
	"kasa_config":             {"null"},
	"layer_replication":       {"null", "[]"},
	"layers_to_transform":     {"null"},
	"lora_bias":               {"false", "null"},
	"megatron_config":         {"null"},
	"monteclora_config":       {"null"},
	"rank_pattern":            {"null", "{}"},
	"target_parameters":       {"null", "[]"},
	"trainable_token_indices": {"null", "[]", "{}"},
	"use_bdlora":              {"null", "false"},
	"use_dora":                {"false", "null"},
	"use_qalora":              {"false", "null"},
	"velora_config":           {"null"},
}

// savable are the modules that modules_to_save may name. PEFT adds "score" for every sequence classifier.
var savable = []string{"classifier", "pre_classifier", "score"}

// refuse returns an error for the first key, in alphabetical order, whose value is not supported.
func refuse(keys map[string]json.RawMessage) error {
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		allowed, known := neutral[name]
		if !known {
			continue
		}
		value, err := compact(keys[name])
		if err != nil {
			return err
		}
		if !slices.Contains(allowed, value) {
			return fmt.Errorf("%s is %s, which is not supported; only %s is", name, value, allowed[0])
		}
	}
	var modules []string
	if raw, ok := keys["modules_to_save"]; ok {
		if err := json.Unmarshal(raw, &modules); err != nil {
			return fmt.Errorf("modules_to_save: %w", err)
		}
	}
	for _, m := range modules {
		if !slices.Contains(savable, m) {
			return fmt.Errorf("modules_to_save names %q, which is not supported; only classifier and pre_classifier are", m)
		}
	}
	return nil
}

// compact returns a JSON value without white space, so that it can be compared as text.
func compact(raw json.RawMessage) (string, error) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", err
	}
	out, err := json.Marshal(v)
	return string(out), err
}
