package profile

import (
	"slices"
	"strings"
	"testing"
)

// changes has a value for every key that no profile has, as it is given and as it is shown.
var changes = map[string][2]string{
	"corpus.source":          {"file", "file"},
	"corpus.path":            {"/notes #1: a 'b'.csv", "/notes #1: a 'b'.csv"},
	"corpus.protocol":        {"row", "row"},
	"corpus.targets":         {"both", "both"},
	"corpus.seed":            {"18446744073709551615", "18446744073709551615"},
	"corpus.limit":           {"17", "17"},
	"corpus.with":            {"[keywords]", "[keywords]"},
	"corpus.text":            {"note", "note"},
	"corpus.label":           {"specialty", "specialty"},
	"corpus.id":              {"-", "-"},
	"corpus.description":     {"summary", "summary"},
	"corpus.keywords":        {"tags", "tags"},
	"base":                   {"hub:owner/name@main", "hub:owner/name@main"},
	"max_length":             {"77", "77"},
	"adapter.rank":           {"3", "3"},
	"adapter.alpha":          {"1.5", "1.5"},
	"adapter.dropout":        {"0", "0"},
	"adapter.rslora":         {"true", "true"},
	"adapter.target_modules": {"[k_lin, lin2]", "[k_lin, lin2]"},
	"train.method":           {"full", "full"},
	"train.learning_rate":    {"1e-5", "1e-05"},
	"train.batch_size":       {"5", "5"},
	"train.epochs":           {"1", "1"},
	"train.warmup_steps":     {"0", "0"},
	"train.weight_decay":     {"0.25", "0.25"},
	"train.max_grad_norm":    {"0", "0"},
	"train.patience":         {"9", "9"},
	"train.seed":             {"0", "0"},
	"train.layers":           {"2", "2"},
	"train.micro_batch":      {"3", "3"},
	"train.loraplus_ratio":   {"16", "16"},
	"train.precision":        {"bf16", "bf16"},
	"backend":                {"go", "go"},
	"sweep":                  {"[]", "[]"},
	"compare":                {"[]", "[]"},
	"rates.lora":             {"[1e-5, 0.25]", "[1e-05, 0.25]"},
	"rates.full":             {"[]", "[]"},
	"rates.epochs":           {"7", "7"},
	"rates.warmup_steps":     {"3", "3"},
	"protocols":              {"[row]", "[row]"},
}

func TestEveryKeyCanBeSetAndShows(t *testing.T) {
	if len(Keys()) != len(changes) {
		t.Errorf("%d keys, the test changes %d", len(Keys()), len(changes))
	}
	for _, name := range Names() {
		before := read(t, name).Settings()
		for i, key := range Keys() {
			change, ok := changes[key]
			if !ok {
				t.Errorf("the test does not change %s", key)
				continue
			}
			after := read(t, name, key+"="+change[0]).Settings()
			want := slices.Clone(before)
			want[i] = key + "=" + change[1]
			if !slices.Equal(after, want) {
				t.Errorf("profile %s with %s=%s: %q, want %q", name, key, change[0], after, want)
			}
			if name == "demo" && before[i] == after[i] {
				t.Errorf("%s=%s changes nothing", key, change[0])
			}
		}
	}
}

func TestSettingsApplyInTheirOrder(t *testing.T) {
	p := read(t, "demo", "train.epochs=3", " train.epochs = 7 ", "base=a=b", "train.learning_rate=2")
	if p.Train.Epochs != 7 || p.Base != "a=b" || p.Train.LearningRate != 2 {
		t.Errorf("profile %+v", p)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	for setting, words := range map[string][]string{
		"train.epochs":                      {"key=value"},
		"":                                  {"key=value"},
		"train.epochs=many":                 {"train.epochs", "many", "whole number"},
		"train.epochs=1.5":                  {"train.epochs", "1.5", "whole number"},
		"train.epochs=":                     {"train.epochs", "whole number"},
		"train.epochs=null":                 {"train.epochs", "whole number"},
		"train.epochs=[1]":                  {"train.epochs", "whole number"},
		"train.epochs=99999999999999999999": {"train.epochs", "whole number"},
		"train.epochs=3\nbackend: go":       {"train.epochs", "whole number"},
		"train.seed=-1":                     {"train.seed", "not negative"},
		"train.learning_rate=fast":          {"train.learning_rate", "fast", "number"},
		"train.learning_rate=1,5":           {"train.learning_rate", "1,5", "number"},
		"adapter.rslora=maybe":              {"adapter.rslora", "maybe", "true or false"},
		"adapter.target_modules=q_lin":      {"adapter.target_modules", "q_lin", "list"},
		"adapter.target_modules=":           {"adapter.target_modules", "list"},
		"adapter.target_modules=[q_lin":     {"adapter.target_modules", "list"},
		"train=1":                           {`no key "train"`, "nearest"},
		"train.epoch=1":                     {`no key "train.epoch"`, `"train.epochs"`},
		"epochs=1":                          {`no key "epochs"`, `"train.epochs"`},
		"learning_rate=1":                   {`no key "learning_rate"`, `"train.learning_rate"`},
		"adapter.target_module=[a]":         {`"adapter.target_modules"`},
		"maxlength=3":                       {`"max_length"`},
		"name=x":                            {`no key "name"`},
		"Train.Epochs=1":                    {`"train.epochs"`},
	} {
		_, err := Read("demo", []string{setting})
		if err == nil {
			t.Errorf("%q was taken", setting)
			continue
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%q: the error does not say %q: %v", setting, word, err)
			}
		}
	}
}
