package lora

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// sites and others are a DistilBERT's modules as PEFT sees them: two layers of width 8 and 12.
func sites() []Site {
	var all []Site
	for i := range 2 {
		for _, m := range []string{"attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "ffn.lin1", "ffn.lin2"} {
			s := Site{Module: fmt.Sprintf("distilbert.transformer.layer.%d.%s", i, m), Out: 8, In: 8}
			switch m {
			case "ffn.lin1":
				s.Out = 12
			case "ffn.lin2":
				s.In = 12
			}
			all = append(all, s)
		}
	}
	return all
}

var others = []string{"distilbert.embeddings.word_embeddings", "distilbert.embeddings.position_embeddings", "pre_classifier", "classifier"}

// readWith reads an otherwise plain configuration with the given keys' JSON values; an empty value leaves the key out.
func readWith(t *testing.T, keys map[string]string) (Config, string, error) {
	t.Helper()
	all := map[string]string{"peft_type": `"LORA"`, "task_type": `"SEQ_CLS"`, "r": "4", "lora_alpha": "8", "target_modules": `["q_lin", "v_lin"]`}
	maps.Copy(all, keys)
	raw := make(map[string]json.RawMessage)
	for key, value := range all {
		if value != "" {
			raw[key] = json.RawMessage(value)
		}
	}
	content, err := json.MarshalIndent(raw, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "adapter_config.json")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(dir)
	return c, path, err
}

// unsupported are values that PEFT accepts and that would change what is computed.
var unsupported = map[string][]string{
	"alora_invocation_tokens": {"[101, 102]"},
	"alpha_pattern":           {`{"q_lin": 32}`},
	"arrow_config":            {`{"top_k": 3}`},
	"bias":                    {`"all"`, `"lora_only"`},
	"exclude_modules":         {`["k_lin"]`, `"k_lin"`},
	"init_lora_weights":       {`"pissa"`, `"pissa_niter_16"`, `"olora"`, `"loftq"`, `"corda"`, `"lora_ga"`},
	"kasa_config":             {`{"beta": 0.1}`},
	"layer_replication":       {"[[0, 1], [0, 2]]"},
	"layers_to_transform":     {"[0]", "1", "0"},
	"lora_bias":               {"true"},
	"megatron_config":         {`{"a": 1}`},
	"monteclora_config":       {`{"buffer_size": 10}`},
	"rank_pattern":            {`{"q_lin": 8}`},
	"target_parameters":       {`["experts.weight"]`},
	"trainable_token_indices": {"[1, 2]", `{"word_embeddings": [1]}`},
	"use_bdlora":              {`{"nblocks": 2}`, "true"},
	"use_dora":                {"true"},
	"use_qalora":              {"true"},
	"velora_config":           {`{"num_groups": 64}`},
}

func TestReadConfigRefusesWhatItDoesNotCompute(t *testing.T) {
	if got, want := slices.Sorted(maps.Keys(unsupported)), slices.Sorted(maps.Keys(neutral)); !slices.Equal(got, want) {
		t.Errorf("this table covers %v, the refusals are %v", got, want)
	}
	for key, values := range unsupported {
		for _, value := range values {
			_, path, err := readWith(t, map[string]string{key: value})
			testkit.Refused(t, key+" "+value, err, path, key, "not supported")
		}
	}
	_, path, err := readWith(t, map[string]string{"modules_to_save": `["classifier", "word_embeddings"]`})
	testkit.Refused(t, "modules_to_save", err, path, "modules_to_save", "word_embeddings")
}

func TestReadConfigTakesNeutralAndUnknownKeys(t *testing.T) {
	for key, values := range neutral {
		for _, value := range values {
			if _, _, err := readWith(t, map[string]string{key: value}); err != nil {
				t.Errorf("%s %s: %v", key, value, err)
			}
		}
	}
	// Keys that say how an adapter was trained or stored, and one that no version knows.
	for key, value := range map[string]string{
		"auto_mapping": `{"base_model_class": "X"}`, "corda_config": "null", "eva_config": `{"rho": 2.0}`, "fan_in_fan_out": "true",
		"inference_mode": "false", "layers_pattern": `"layer"`, "loftq_config": "{}", "lora_ga_config": "null", "megatron_core": `"megatron.core"`,
		"peft_version": `"0.99"`, "qalora_group_size": "16", "revision": `"main"`, "ensure_weight_tying": "false", "from_the_future": "[1, {}]",
	} {
		if _, _, err := readWith(t, map[string]string{key: value}); err != nil {
			t.Errorf("%s %s: %v", key, value, err)
		}
	}
}

func TestReadConfigRefusesOtherTypes(t *testing.T) {
	for what, c := range map[string]struct {
		keys  map[string]string
		parts []string
	}{
		"no peft_type":            {map[string]string{"peft_type": ""}, []string{"peft_type", "missing"}},
		"a null peft_type":        {map[string]string{"peft_type": "null"}, []string{"peft_type", "missing"}},
		"IA3":                     {map[string]string{"peft_type": `"IA3"`}, []string{"peft_type", "IA3"}},
		"AdaLoRA":                 {map[string]string{"peft_type": `"ADALORA"`}, []string{"peft_type", "ADALORA"}},
		"lower case":              {map[string]string{"peft_type": `"lora"`}, []string{"peft_type", "lora"}},
		"a causal language model": {map[string]string{"task_type": `"CAUSAL_LM"`}, []string{"task_type", "CAUSAL_LM"}},
		"a rank of 0":             {map[string]string{"r": "0"}, []string{"r is 0"}},
		"a negative rank":         {map[string]string{"r": "-4"}, []string{"r is -4"}},
		"a rank in words":         {map[string]string{"r": `"four"`}, []string{"r"}},
		"an alpha of 0":           {map[string]string{"lora_alpha": "0"}, []string{"lora_alpha is 0"}},
		"a dropout of 1":          {map[string]string{"lora_dropout": "1"}, []string{"lora_dropout is 1"}},
		"no targets":              {map[string]string{"target_modules": ""}, []string{"target_modules", "missing"}},
		"null targets":            {map[string]string{"target_modules": "null"}, []string{"target_modules", "missing"}},
		"empty targets":           {map[string]string{"target_modules": "[]"}, []string{"target_modules", "empty"}},
		"targets that are an object": {
			map[string]string{"target_modules": "{}"},
			[]string{"target_modules", "{}"},
		},
		"modules_to_save as a word": {map[string]string{"modules_to_save": `"classifier"`}, []string{"modules_to_save"}},
	} {
		_, path, err := readWith(t, c.keys)
		testkit.Refused(t, what, err, append(c.parts, path)...)
	}
}

func TestReadConfigOfADamagedFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "adapter_config.json")
	_, err := ReadConfig(dir)
	testkit.Refused(t, "no file", err, path, "does not exist", "adapter_model.safetensors")
	for _, content := range []string{"", "{", "[]", "null", `{"peft_type": "LORA"`} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err = ReadConfig(dir)
		testkit.Refused(t, content, err, path)
	}
}

func TestReadConfigTakesPEFTsDefaults(t *testing.T) {
	got, _, err := readWith(t, map[string]string{"r": "", "lora_alpha": "", "task_type": "null"})
	if want := (Config{Rank: 8, Alpha: 8, TargetModules: []string{"q_lin", "v_lin"}}); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}
	got, _, err = readWith(t, map[string]string{
		"lora_alpha": "12.5", "lora_dropout": "0.1", "use_rslora": "true", "target_modules": `".*lin[12]"`,
		"base_model_name_or_path": `"some/base"`, "modules_to_save": `["classifier", "score", "pre_classifier"]`,
	})
	want := Config{
		Rank: 4, Alpha: 12.5, Dropout: 0.1, RSLoRA: true, TargetPattern: ".*lin[12]", TaskType: "SEQ_CLS", Base: "some/base",
		ModulesToSave: []string{"classifier", "score", "pre_classifier"},
	}
	if err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}
}

func TestScale(t *testing.T) {
	if got := (Config{Rank: 16, Alpha: 32}).Scale(); got != 2 {
		t.Errorf("alpha 32 at rank 16 scales by %v", got)
	}
	if got, want := (Config{Rank: 3, Alpha: 5, RSLoRA: true}).Scale(), 5/math.Sqrt(3); got != want {
		t.Errorf("rsLoRA's alpha 5 at rank 3 scales by %v, want %v", got, want)
	}
}

func TestSelectIsPEFTs(t *testing.T) {
	layers := func(ends ...string) []string { // those modules of both layers, in the model's order
		var names []string
		for _, s := range sites() {
			if slices.ContainsFunc(ends, func(e string) bool { return strings.HasSuffix(s.Module, e) }) {
				names = append(names, s.Module)
			}
		}
		return names
	}
	all := layers("")
	for what, c := range map[string]struct {
		config Config
		want   []string // nil: nothing matches, which is an error
	}{
		"a name":                      {Config{TargetModules: []string{"q_lin"}}, layers("q_lin")},
		"names in any order":          {Config{TargetModules: []string{"v_lin", "q_lin"}}, layers("q_lin", "v_lin")},
		"every name":                  {Config{TargetModules: []string{"lin2", "lin1", "out_lin", "v_lin", "k_lin", "q_lin"}}, all},
		"two parts of a name":         {Config{TargetModules: []string{"attention.k_lin"}}, layers("k_lin")},
		"a layer's own name":          {Config{TargetModules: []string{"1.ffn.lin1"}}, []string{"distilbert.transformer.layer.1.ffn.lin1"}},
		"a whole name":                {Config{TargetModules: []string{all[3]}}, all[3:4]},
		"a name given twice":          {Config{TargetModules: []string{"lin1", "ffn.lin1"}}, layers("lin1")},
		"a name beside an absent one": {Config{TargetModules: []string{"query", "q_lin"}}, layers("q_lin")},
		"the end of a name":           {Config{TargetModules: []string{"lin"}}, nil},
		"the end after a line":        {Config{TargetModules: []string{"_lin"}}, nil},
		"the start of a name":         {Config{TargetModules: []string{"q"}}, nil},
		"a container":                 {Config{TargetModules: []string{"attention"}}, nil},
		"a pattern in a list":         {Config{TargetModules: []string{".*q_lin"}}, nil},
		"BERT's names":                {Config{TargetModules: []string{"query", "value"}}, nil},
		"another case":                {Config{TargetModules: []string{"Q_lin"}}, nil},
		"an empty name":               {Config{TargetModules: []string{""}}, nil},
		"a pattern":                   {Config{TargetPattern: `.*\.(q|v)_lin`}, layers("q_lin", "v_lin")},
		"a pattern of one layer":      {Config{TargetPattern: `.*layer\.0\..*lin2`}, []string{"distilbert.transformer.layer.0.ffn.lin2"}},
		"a pattern for part of a name": {
			Config{TargetPattern: `q_lin`}, nil,
		},
		"a pattern for the start":    {Config{TargetPattern: `distilbert\.transformer`}, nil},
		"alternatives in a pattern":  {Config{TargetPattern: `.*q_lin|.*lin1`}, layers("q_lin", "lin1")},
		"an alternative's beginning": {Config{TargetPattern: `distilbert|.*v_lin`}, layers("v_lin")},
		"PEFT's short-hand for all":  {Config{TargetPattern: `all-linear`}, nil},
	} {
		c.config.Rank, c.config.Alpha = 2, 2
		got, err := c.config.Select(sites(), others)
		if c.want == nil {
			testkit.Refused(t, what, err, "target_modules", "matches none", all[0])
			continue
		}
		var names []string
		for _, s := range got {
			names = append(names, s.Module)
		}
		if err != nil || !slices.Equal(names, c.want) {
			t.Errorf("%s: %v selects %v, want %v (%v)", what, c.config.targets(), names, c.want, err)
		}
	}
}

func TestSelectRefusesModulesThatCannotCarryAnAdapter(t *testing.T) {
	for what, c := range map[string]Config{
		"embeddings":       {TargetModules: []string{"q_lin", "word_embeddings"}},
		"the head":         {TargetModules: []string{"q_lin", "pre_classifier"}},
		"all by a pattern": {TargetPattern: ".*", ModulesToSave: []string{"classifier"}},
	} {
		_, err := c.Select(sites(), others)
		testkit.Refused(t, what, err, "target_modules selects", "cannot carry an adapter")
	}
	_, err := Config{TargetPattern: "(?=q_lin)"}.Select(sites(), others)
	testkit.Refused(t, "a pattern that only Python knows", err, "target_modules", "(?=q_lin)", "regular expression")
}

func TestModulesToSaveAreNeverTargets(t *testing.T) {
	saved := []string{"classifier", "pre_classifier"}
	c := Config{TargetPattern: `.*q_lin|(pre_)?classifier`, ModulesToSave: saved}
	got, err := c.Select(sites(), others)
	if err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	c = Config{TargetModules: []string{"classifier"}, ModulesToSave: saved}
	_, err = c.Select(sites(), others)
	testkit.Refused(t, "only saved modules", err, "matches none")
}
