package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

const goodNote = `{"id": 1, "text": "chest pain"}` + "\n"

func TestBadNotes(t *testing.T) {
	var many strings.Builder
	for i := range chunk + 10 {
		fmt.Fprintf(&many, `{"id": "n%d", "text": "cough"}`+"\n", i)
	}
	for name, c := range map[string]struct {
		notes string
		line  int
		words []string
	}{
		"malformed JSON":         {goodNote + `{"id": 2, "text": "chest pain"`, 2, []string{"malformed JSON"}},
		"two objects on a line":  {goodNote + `{"id": 2, "text": "a"} {"id": 3, "text": "b"}`, 2, []string{"after the JSON object"}},
		"not an object":          {`"chest pain"`, 1, []string{"expected a JSON object"}},
		"duplicate id":           {goodNote + `{"id": 2, "text": "cough"}` + "\n" + `{"id": "1", "text": "fever"}`, 3, []string{`id "1"`, "already on line 1"}},
		"no text":                {goodNote + `{"id": 2, "note": "chest pain"}`, 2, []string{`id "2"`, `"text" is missing`}},
		"no id":                  {`{"text": "chest pain"}`, 1, []string{`"id" is missing`}},
		"an id that is an array": {`{"id": [1], "text": "chest pain"}`, 1, []string{`"id" must be a string or a number`}},
		"text that is a number":  {`{"id": 1, "text": 5}`, 1, []string{`"text" must be a string`}},
		"text that is null":      {`{"id": 1, "text": null}`, 1, []string{`"text" must be a string`}},
		"empty text":             {goodNote + `{"id": 2, "text": ""}`, 2, []string{`"text" is empty`}},
		"blank text":             {goodNote + `{"id": 2, "text": " \n\t "}`, 2, []string{`"text" is empty`}},
		"text twice":             {`{"id": 1, "text": "a", "text": "b"}`, 1, []string{`"text" is there twice`}},
		"not UTF-8":              {goodNote + "{\"id\": 2, \"text\": \"caf\xe9\"}", 2, []string{"0xe9", "not UTF-8"}},
		"half a surrogate pair":  {`{"id": 1, "text": "chest \ud83d pain"}`, 1, []string{"surrogate"}},
		"after many good ones":   {many.String() + `{"id": 2`, chunk + 11, []string{"malformed JSON"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			in := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), c.notes)
			for _, out := range []string{testkit.WriteFile(t, filepath.Join(dir, "earlier.jsonl"), "earlier\n"), filepath.Join(dir, "new.jsonl"), "-"} {
				before := contents(t, dir)
				r := call(t, "classify", "--base", model(t, "tiny"), "--in", in, "--out", out, "--logits")
				r.fails(t, 1, append(c.words, fmt.Sprintf("%s:%d: ", in, c.line))...)
				unchanged(t, dir, before)
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	dir := t.TempDir()
	in := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), goodNote)
	out := testkit.WriteFile(t, filepath.Join(dir, "out.jsonl"), "earlier\n")
	dangling, link := filepath.Join(dir, "dangling.jsonl"), filepath.Join(dir, "link.jsonl")
	for from, to := range map[string]string{dangling: "nowhere", link: "notes.jsonl"} {
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	folder, missing := filepath.Join(dir, "folder"), filepath.Join(dir, "missing")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	cut := testkit.WriteFile(t, filepath.Join(dir, "cut.jsonl.gz"), "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff")
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(cwd, filepath.Join(dir, "new"))
	if err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	for name, c := range map[string]struct {
		in, out, rejects string
		words            []string
	}{
		"no such input":                 {missing, out, "", []string{missing, "no such file"}},
		"a link to nothing":             {dangling, out, "", []string{dangling, "no such file"}},
		"input is a folder":             {folder, out, "", []string{folder, "is a folder"}},
		"input cannot be read":          {"/proc/self/mem", out, "", []string{"/proc/self/mem", "input/output error"}},
		"input is half a gzip":          {cut, out, "", []string{cut, "truncated"}},
		"output in a missing folder":    {in, filepath.Join(missing, "out"), "", []string{"cannot write " + filepath.Join(missing, "out"), "no such file or directory"}},
		"output in a file":              {in, filepath.Join(in, "out"), "", []string{filepath.Join(in, "out"), "not a directory"}},
		"output is a folder":            {in, folder, "", []string{folder, "it is a folder"}},
		"output is a link to nothing":   {in, dangling, "", []string{dangling, "nowhere"}},
		"output is the input":           {in, in, "", []string{"--in and --out", in}},
		"output is the input by a link": {in, link, "", []string{"--in and --out", link}},
		"output is the input's detour":  {in, folder + "/../notes.jsonl", "", []string{"--in and --out"}},
		"rejects are the input":         {in, out, in, []string{"--in and --skip-bad", in}},
		"rejects are the output":        {in, out, out, []string{"--out and --skip-bad", out}},
		"rejects are the new output":    {in, filepath.Join(dir, "new"), relative, []string{"--out and --skip-bad"}},
		"both to standard output":       {in, "-", "-", []string{"--out and --skip-bad"}},
		"rejects in a missing folder":   {in, out, filepath.Join(missing, "rejects"), []string{filepath.Join(missing, "rejects")}},
		"an empty output":               {in, "", "", []string{"--out is empty"}},
		"an empty input":                {"", out, "", []string{"--in is empty"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"classify", "--base", model(t, "tiny"), "--in", c.in, "--out", c.out}
			if c.rejects != "" {
				args = append(args, "--skip-bad", c.rejects)
			}
			call(t, args...).fails(t, 1, c.words...)
			unchanged(t, dir, before)
		})
	}
}

// A limit on the size of files stands in for a full disk: writing fails in the middle in the same way.
func limited(blocks int, cmd *exec.Cmd) *exec.Cmd {
	limited := exec.Command("bash", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec "$@"`, blocks), "bash"}, cmd.Args...)...)
	limited.Env = cmd.Env
	return limited
}

func TestClassifyWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	var lines strings.Builder
	for i := range 200 {
		fmt.Fprintf(&lines, `{"id": %d, "text": "cough"}`+"\n", i)
	}
	in, out := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), lines.String()), testkit.WriteFile(t, filepath.Join(dir, "out.jsonl"), "earlier\n")
	rejects := testkit.WriteFile(t, filepath.Join(dir, "rejects.jsonl"), "earlier\n")
	before := contents(t, dir)
	r := callWith(t, nil, limited(4, command("go", "classify", "--base", model(t, "tiny"), "--in", in, "--out", out, "--skip-bad", rejects, "--logits")))
	r.fails(t, 1, "cannot write "+out, "file too large")
	unchanged(t, dir, before)
}

func TestBadModels(t *testing.T) {
	nan := float32(math.NaN())
	base := func(damage func(t *testing.T, dir string)) func(t *testing.T) (string, string) {
		return func(t *testing.T) (string, string) {
			dir := testkit.CopyFolder(t, model(t, "tiny"))
			damage(t, dir)
			return dir, ""
		}
	}
	adapter := func(damage func(t *testing.T, dir string)) func(t *testing.T) (string, string) {
		return func(t *testing.T) (string, string) {
			dir := testkit.CopyFolder(t, model(t, "adapter-qv"))
			damage(t, dir)
			return model(t, "tiny"), dir
		}
	}
	config := func(key string, value any) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			testkit.EditJSON(t, filepath.Join(dir, "config.json"), func(c map[string]any) { c[key] = value })
		}
	}
	peft := func(key string, value any) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			testkit.EditJSON(t, filepath.Join(dir, "adapter_config.json"), func(c map[string]any) { c[key] = value })
		}
	}
	tensors := func(file string, edit func(map[string]weights.Tensor)) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) { modelkit.EditTensors(t, filepath.Join(dir, file), edit) }
	}
	truncate := func(file string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, file)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, info.Size()-100); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(files ...string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			for _, file := range files {
				if err := os.Remove(filepath.Join(dir, file)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	const qLin = "distilbert.transformer.layer.1.attention.q_lin"
	for name, c := range map[string]struct {
		arrange func(t *testing.T) (base, adapter string)
		words   []string
	}{
		"NaN in the base": {base(tensors("model.safetensors", func(m map[string]weights.Tensor) {
			m[qLin+".weight"].Data[17] = nan
		})), []string{"model.safetensors", qLin + ".weight", "NaN"}},
		"a tensor is missing": {base(tensors("model.safetensors", func(m map[string]weights.Tensor) {
			delete(m, qLin+".bias")
		})), []string{"model.safetensors", "transformer.layer.1.attention.q_lin.bias", "missing"}},
		"a tensor has another shape": {base(tensors("model.safetensors", func(m map[string]weights.Tensor) {
			m[qLin+".weight"] = weights.New(32, 31)
		})), []string{"model.safetensors", qLin + ".weight", "[32 31]"}},
		"a tensor that nobody knows": {base(tensors("model.safetensors", func(m map[string]weights.Tensor) {
			m["distilbert.mystery.weight"] = weights.New(2)
		})), []string{"model.safetensors", "distilbert.mystery.weight", "no known part"}},
		"half a head": {base(tensors("model.safetensors", func(m map[string]weights.Tensor) {
			delete(m, "classifier.bias")
		})), []string{"model.safetensors", "classifier.bias"}},
		"weights that overflow": {base(tensors("model.safetensors", func(m map[string]weights.Tensor) {
			for i := range m["classifier.weight"].Data {
				m["classifier.weight"].Data[i] = 3e38
			}
			for i := range m["pre_classifier.bias"].Data {
				m["pre_classifier.bias"].Data[i] = 3e38
			}
		})), []string{"note 1", "logits", "too large"}},
		"truncated weights":         {base(truncate("model.safetensors")), []string{"model.safetensors", "cut short"}},
		"no weights":                {base(remove("model.safetensors")), []string{"model.safetensors", "no such file"}},
		"no config.json":            {base(remove("config.json")), []string{"config.json"}},
		"no tokenizer":              {base(remove("tokenizer.json", "vocab.txt")), []string{"tokenizer.json", "vocab.txt"}},
		"an unknown model_type":     {base(config("model_type", "roberta")), []string{"config.json", "model_type", "roberta"}},
		"no model_type":             {base(config("model_type", nil)), []string{"config.json", "model_type"}},
		"an unknown activation":     {base(config("activation", "silu")), []string{"config.json", "activation", "silu"}},
		"heads that do not divide":  {base(config("n_heads", 5)), []string{"config.json", "n_heads"}},
		"more layers than weights":  {base(config("n_layers", 3)), []string{"model.safetensors", "transformer.layer.2"}},
		"labels that skip a number": {base(config("id2label", map[string]string{"0": "a", "2": "b"})), []string{"config.json", "id2label"}},
		"more labels than classes": {
			base(config("id2label", map[string]string{"0": "a", "1": "b", "2": "c", "3": "d", "4": "e", "5": "f"})),
			[]string{"5 classes", "6 labels"},
		},
		"config.json is cut short": {base(truncate("config.json")), []string{"config.json"}},
		"tokenizer.json without model.type": {base(func(t *testing.T, dir string) {
			testkit.EditJSON(t, filepath.Join(dir, "tokenizer.json"), func(c map[string]any) { delete(c["model"].(map[string]any), "type") })
		}), []string{"tokenizer.json", "model.type", "WordPiece"}},
		"tokenizer.json of another kind": {base(func(t *testing.T, dir string) {
			testkit.EditJSON(t, filepath.Join(dir, "tokenizer.json"), func(c map[string]any) { c["model"].(map[string]any)["type"] = "BPE" })
		}), []string{"tokenizer.json", "model.type", "BPE"}},
		"more words than embeddings": {base(func(t *testing.T, dir string) {
			for _, name := range []string{"tokenizer.json", "tokenizer_config.json"} {
				remove(name)(t, dir)
			}
			path := filepath.Join(dir, "vocab.txt")
			testkit.WriteFile(t, path, testkit.ReadFile(t, path)+"further\n")
		}), []string{"id 178", "embeds only 178"}},
		"the base is a file": {func(t *testing.T) (string, string) {
			return filepath.Join(model(t, "tiny"), "config.json"), ""
		}, []string{"config.json", "is a file"}},
		"no such base": {func(t *testing.T) (string, string) {
			return filepath.Join(model(t, "tiny"), "missing"), ""
		}, []string{"missing", "no such file"}},

		"use_dora":              {adapter(peft("use_dora", true)), []string{"adapter_config.json", "use_dora"}},
		"rank_pattern":          {adapter(peft("rank_pattern", map[string]int{"q_lin": 8})), []string{"adapter_config.json", "rank_pattern"}},
		"alpha_pattern":         {adapter(peft("alpha_pattern", map[string]int{"q_lin": 8})), []string{"adapter_config.json", "alpha_pattern"}},
		"peft_type IA3":         {adapter(peft("peft_type", "IA3")), []string{"adapter_config.json", "peft_type", "IA3"}},
		"no peft_type":          {adapter(peft("peft_type", nil)), []string{"adapter_config.json", "peft_type"}},
		"bias all":              {adapter(peft("bias", "all")), []string{"adapter_config.json", "bias", "all"}},
		"layers_to_transform":   {adapter(peft("layers_to_transform", []int{0})), []string{"adapter_config.json", "layers_to_transform"}},
		"another task":          {adapter(peft("task_type", "CAUSAL_LM")), []string{"adapter_config.json", "task_type", "CAUSAL_LM"}},
		"another rank":          {adapter(peft("r", 8)), []string{"adapter_model.safetensors", "lora_", "r is 8"}},
		"targets of no layer":   {adapter(peft("target_modules", []string{"query"})), []string{"adapter_config.json", "target_modules", "query"}},
		"targets without pairs": {adapter(peft("target_modules", []string{"q_lin", "k_lin", "v_lin"})), []string{"adapter_model.safetensors", "k_lin", "missing"}},
		"another base's shape": {adapter(tensors("adapter_model.safetensors", func(m map[string]weights.Tensor) {
			for name := range m {
				if strings.HasSuffix(name, "lora_A.weight") {
					m[name] = weights.New(4, 48)
				}
			}
		})), []string{"adapter_model.safetensors", "lora_A", "[4 48]", "[4 32]"}},
		"NaN in the adapter": {adapter(tensors("adapter_model.safetensors", func(m map[string]weights.Tensor) {
			m["base_model.model."+qLin+".lora_B.weight"].Data[3] = nan
		})), []string{"adapter_model.safetensors", qLin + ".lora_B.weight", "NaN"}},
		"a truncated adapter":      {adapter(truncate("adapter_model.safetensors")), []string{"adapter_model.safetensors", "cut short"}},
		"no adapter weights":       {adapter(remove("adapter_model.safetensors")), []string{"adapter_model.safetensors", "no such file"}},
		"no adapter configuration": {adapter(remove("adapter_config.json")), []string{"adapter_config.json"}},
		"labels.json of another adapter": {adapter(func(t *testing.T, dir string) {
			testkit.WriteFile(t, filepath.Join(dir, "labels.json"), `{"labels": ["a", "b"]}`)
		}), []string{"5 classes", "2 labels", "labels.json"}},
		"labels.json is cut short": {adapter(func(t *testing.T, dir string) {
			testkit.WriteFile(t, filepath.Join(dir, "labels.json"), `{"labels": ["a", "b"`)
		}), []string{"labels.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			in := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), `{"id": 1, "text": "further chest pain"}`+"\n")
			out := testkit.WriteFile(t, filepath.Join(dir, "out.jsonl"), "earlier\n")
			before := contents(t, dir)
			baseDir, adapterDir := c.arrange(t)
			args := []string{"classify", "--base", baseDir, "--in", in, "--out", out}
			if adapterDir != "" {
				args = append(args, "--adapter", adapterDir)
			}
			call(t, args...).fails(t, 1, c.words...)
			unchanged(t, dir, before)
		})
	}
}

func TestClassifyOptionsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	in, out := testkit.WriteFile(t, filepath.Join(dir, "notes.jsonl"), goodNote), filepath.Join(dir, "out.jsonl")
	before := contents(t, dir)
	args := []string{"classify", "--base", model(t, "tiny"), "--in", in, "--out", out}
	call(t, append(args, "--max-length", "2")...).fails(t, 1, "--max-length", "2 tokens")
	call(t, append(args, "--max-length=-5")...).fails(t, 1, "--max-length", "-5")
	call(t, append(args, "--max-length", "ten")...).fails(t, exitUsage, "--max-length", "ten")
	call(t, append(args, "--backend", "abacus")...).fails(t, exitUsage, "--backend", "abacus", "xla:cuda")
	if r := callWith(t, nil, command("abacus", args...)); r.code != 1 || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, "abacus") {
		t.Errorf("GOMLX_BACKEND=abacus: exit code %d, standard error:\n%s", r.code, r.stderr)
	}
	cmd := command("xla:cpu", args...)
	cmd.Env = append(cmd.Env, "PJRT_PLUGIN_LIBRARY_PATH="+dir)
	callWith(t, nil, cmd).fails(t, 1, "xla:cpu")
	unchanged(t, dir, before)
}

func TestInterruptedClassifyWritesNothing(t *testing.T) {
	dir := t.TempDir()
	out, rejects := filepath.Join(dir, "out.jsonl"), filepath.Join(dir, "rejects.jsonl")
	testkit.WriteFile(t, rejects, "earlier\n")
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		before := contents(t, dir)
		stdin, notes, err := os.Pipe() // stays open: the command waits for more
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, stdin, "classify", "--base", model(t, "tiny"), "--in", "-", "--out", out, "--skip-bad", rejects)
		for i := range chunk + 1 {
			fmt.Fprintf(notes, `{"id": %d, "text": "cough"}`+"\n", i)
		}
		until(t, "the first chunk is written aside", func() bool {
			for _, name := range testkit.Entries(t, dir) {
				if info, err := os.Stat(filepath.Join(dir, name)); err == nil && strings.HasPrefix(name, ".out.jsonl") && info.Size() > 0 {
					return true
				}
			}
			return false
		})
		s.end(t, signal).fails(t, exitInterrupted, "interrupted", "nothing was written")
		stdin.Close()
		notes.Close()
		unchanged(t, dir, before)
	}
}
