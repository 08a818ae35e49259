package profile

import (
	"slices"
	"strings"
	"testing"
)

// read is a profile that can be read.
func read(t *testing.T, name string, settings ...string) Profile {
	t.Helper()
	p, err := Read(name, settings)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProfilesAreWholeAndChecked(t *testing.T) {
	entries, err := profileFiles.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(Names()) {
		t.Errorf("%d files for the profiles %q", len(entries), Names())
	}
	for _, name := range Names() {
		p := read(t, name)
		if p.Name != name {
			t.Errorf("profile %s calls itself %q", name, p.Name)
		}
		if p.Corpus.Source == "file" {
			if err := p.Check(); err == nil || !strings.Contains(err.Error(), "profile "+name+" needs notes") || !strings.Contains(err.Error(), "--data") {
				t.Errorf("%s without data: %v", name, err)
			}
			p.Corpus.Path = "notes.csv"
		}
		if err := p.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		// What a profile leaves out is zero by accident or on purpose: only these may be.
		for _, line := range read(t, name).Settings() {
			key, value, _ := strings.Cut(line, "=")
			optional := []string{"corpus.path", "corpus.limit", "corpus.with", "corpus.text", "corpus.label", "corpus.id", "corpus.description", "corpus.keywords", "train.layers", "train.micro_batch", "train.loraplus_ratio", "train.precision"}
			if (value == "" || value == "0" || value == "[]") && !slices.Contains(optional, key) {
				t.Errorf("profile %s has no %s", name, key)
			}
		}
	}
}

func TestCheckNamesTheKey(t *testing.T) {
	for setting, key := range map[string]string{
		"corpus.source=web":         "corpus.source",
		"corpus.protocol=rows":      "corpus.protocol",
		"corpus.targets=both":       "corpus.targets",
		"corpus.limit=-1":           "corpus.limit",
		"corpus.with=[keywords]":    "corpus.with",
		"corpus.text=note":          "corpus.text",
		"base=":                     "base",
		"max_length=2":              "max_length",
		"backend=abacus":            "backend",
		"backend=":                  "backend",
		"adapter.rank=0":            "adapter",
		"adapter.alpha=-1":          "adapter",
		"adapter.alpha=inf":         "adapter",
		"adapter.dropout=1":         "adapter",
		"adapter.target_modules=[]": "adapter",
		"train.method=dora":         "train.method",
		"train.method=partial":      "train.layers",
		"train.layers=2":            "train.layers",
		"rates.epochs=0":            "rates.epochs",
		"rates.lora=[1e-3, 1e30]":   "rates.lora",
		"rates.full=[-1]":           "rates.full",
		"rates.warmup_steps=-1":     "rates.lora",
		"protocols=[group, rows]":   "protocols",
		"train.learning_rate=0":     "train.learning_rate",
		"train.learning_rate=nan":   "train.learning_rate",
		"train.batch_size=0":        "train.batch_size",
		"train.epochs=0":            "train.epochs",
		"train.warmup_steps=-3":     "train.warmup_steps",
		"train.weight_decay=2":      "train.weight_decay",
		"train.max_grad_norm=-1":    "train.max_grad_norm",
		"train.max_grad_norm=inf":   "train.max_grad_norm",
		"train.patience=-1":         "train.patience",
		"corpus.source=file":        "--data",
	} {
		p := read(t, "demo", setting)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), key) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want an error about %s", setting, err, key)
		}
	}
	for _, backend := range []string{"go", "xla:cpu", "xla:cuda", "xla", "xla:/plugins/of/my/own.so"} {
		if err := read(t, "demo", "backend="+backend).Check(); err != nil {
			t.Errorf("backend %s: %v", backend, err)
		}
	}
}
