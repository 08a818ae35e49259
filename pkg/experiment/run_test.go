package experiment

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// change replaces a part of a file.
func change(t *testing.T, path, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(raw), from, to, 1)
	if changed == string(raw) {
		t.Fatalf("%s does not hold %q", path, from)
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}

func fingerprint(t *testing.T, p profile.Profile) string {
	t.Helper()
	src, err := NewSource(p, t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return fingerprint(p, "train", src)
}

func TestFingerprintFollowsContentNotPlace(t *testing.T) {
	p := TinyProfile(t)
	want := fingerprint(t, p)
	if len(want) != 64 {
		t.Fatalf("fingerprint %q", want)
	}
	same := p
	same.Name, same.Base = "another name", testkit.CopyFolder(t, Tiny)
	same.Corpus.Path = filepath.Join(testkit.CopyFolder(t, filepath.Dir(p.Corpus.Path)), "notes.csv")
	if got := fingerprint(t, same); got != want {
		t.Error("the same content in another place has another fingerprint")
	}
	for _, setting := range []string{
		"max_length=31", "corpus.targets=rows", "corpus.seed=43", "corpus.limit=20", "adapter.rank=8", "adapter.alpha=16", "adapter.dropout=0",
		"adapter.rslora=true", "adapter.target_modules=[q_lin]", "train.learning_rate=1e-4", "train.batch_size=4", "train.epochs=3",
		"train.warmup_steps=2", "train.weight_decay=0", "train.max_grad_norm=0", "train.patience=1", "train.seed=1", "backend=xla:cpu",
	} {
		other := p
		if err := other.Set(setting); err != nil {
			t.Fatal(err)
		}
		if fingerprint(t, other) == want {
			t.Errorf("%s does not change the fingerprint", setting)
		}
	}
	other := p
	other.Corpus.Path = filepath.Join(testkit.CopyFolder(t, filepath.Dir(p.Corpus.Path)), "notes.csv")
	change(t, other.Corpus.Path, "chest", "chests")
	if fingerprint(t, other) == want {
		t.Error("other notes have the same fingerprint")
	}
	// The same weights compute something else with other heads or words.
	for _, c := range []struct{ file, from, to string }{
		{"config.json", `"n_heads": 4`, `"n_heads": 2`},
		{"tokenizer_config.json", "{", `{"strip_accents": false, `},
		{"tokenizer.json", `"hip": `, `"hop": `},
	} {
		other := p
		other.Base = testkit.CopyFolder(t, Tiny)
		change(t, filepath.Join(other.Base, c.file), c.from, c.to)
		if fingerprint(t, other) == want {
			t.Errorf("another %s has the same fingerprint", c.file)
		}
	}
}

func TestRunWritesWhatItMeasured(t *testing.T) {
	p := TinyProfile(t)
	dir := filepath.Join(t.TempDir(), "run")
	var lines []string
	steps := 0
	run, err := RunProfile(p, context.Background(), dir, stage.Log{Say: func(line string) { lines = append(lines, line) }, Progress: func(stage.Progress) { steps++ }})
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(lines, "\n")
	for _, want := range []string{"60 texts under 4 labels", "cut to 32 tokens", "LoRA, rank 16", "on q_lin, v_lin", "newly initialised", "testing on"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if steps != run.Training.Step+len(run.Training.Epochs) || run.StepsPerEpoch*len(run.Training.Epochs) != run.Training.Step {
		t.Errorf("told of %d steps; %d steps, %d an epoch, %d epochs", steps, run.Training.Step, run.StepsPerEpoch, len(run.Training.Epochs))
	}
	// Values of the head (32 x 32 + 32, 4 x 32 + 4) and of the pairs (2 layers x 2 modules x 16 x 64).
	if run.Parameters.Adapter != 4096 || run.Parameters.Trainable != 4096+1056+132 {
		t.Errorf("parameters: %+v", run.Parameters)
	}
	back, err := ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run, back); diff != "" {
		t.Errorf("the run that is read differs (-run +read):\n%s", diff)
	}
	// The metrics are those of the predictions beside them.
	for file, summary := range map[string]evaluate.Summary{TestFile: run.Test, ValidationFile: run.Validation} {
		set, err := predict.Read(filepath.Join(dir, file), predict.Want{CorpusHash: run.Corpus.Hash})
		if err != nil {
			t.Fatal(err)
		}
		again, err := evaluate.Summarize(set, evaluate.Options{Seed: p.Corpus.Seed})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(summary, again); diff != "" {
			t.Errorf("%s (-run.json +predictions):\n%s", file, diff)
		}
		if set.CorpusHash != run.Corpus.Hash || set.Synthetic {
			t.Errorf("%s: corpus %s, synthetic %t", file, set.CorpusHash, set.Synthetic)
		}
	}
	best := run.Training.Epochs[run.Training.Best]
	if got := run.Validation.Metrics[evaluate.MacroF1Union].Value; got != best.MacroF1 {
		t.Errorf("the validation predictions have a macro-F1 of %v, the best epoch of %v: they are not the best epoch's", got, best.MacroF1)
	}

	// It is finished: nothing is computed again, whatever the folder's place.
	lines, steps = nil, 0
	again, err := RunProfile(p, context.Background(), dir, stage.Log{Say: func(line string) { lines = append(lines, line) }, Progress: func(stage.Progress) { steps++ }})
	if err != nil || steps != 0 || len(lines) != 1 || !strings.Contains(lines[0], "finished already") || !cmp.Equal(again, run) {
		t.Errorf("the second time: %d steps, %q, %v", steps, lines, err)
	}
	// Another run does not take the folder.
	other := p
	other.Train.Epochs = 3
	if _, err := RunProfile(other, context.Background(), dir, stage.Log{}); err == nil || !strings.Contains(err.Error(), run.Fingerprint[:12]) || !strings.Contains(err.Error(), "choose another folder") {
		t.Errorf("another run in the same folder: %v", err)
	}
}

func TestRunInterruptedWhileTestingGoesOn(t *testing.T) {
	p := TinyProfile(t)
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := RunProfile(p, ctx, dir, stage.Log{Say: func(line string) {
		if strings.HasPrefix(line, "testing on") {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "interrupted while testing; the same command goes on") {
		t.Fatalf("interrupted: %v", err)
	}
	if _, err := ReadRun(dir); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the folder counts as finished: %v", err)
	}
	steps := 0
	if _, err := RunProfile(p, context.Background(), dir, stage.Log{Progress: func(stage.Progress) { steps++ }}); err != nil || steps != 0 {
		t.Errorf("going on trained %d steps again: %v", steps, err)
	}
}

func TestReadRun(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadRun(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder without a result: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ResultFile), []byte(`{"fingerprint": "ab`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRun(dir); err == nil || errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), ResultFile) || !strings.Contains(err.Error(), "remove") {
		t.Errorf("a damaged result: %v", err)
	}
}

func TestRunRefusesBeforeItWrites(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	for want, edit := range map[string]func(*profile.Profile){
		"train.epochs": func(p *profile.Profile) { p.Train.Epochs = 0 },
		"no-such.csv":  func(p *profile.Profile) { p.Corpus.Path = "no-such.csv" },
		"no-such-base": func(p *profile.Profile) { p.Base = "no-such-base" },
		"query":        func(p *profile.Profile) { p.Adapter.TargetModules = []string{"query"} },
	} {
		p := TinyProfile(t)
		edit(&p)
		if _, err := RunProfile(p, context.Background(), dir, stage.Log{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the folder was made", want)
		}
	}
}

func TestLockHoldsOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	release, err := stage.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stage.Lock(dir); err == nil || !strings.Contains(err.Error(), "another process is working in "+dir) {
		t.Errorf("a second lock: %v", err)
	}
	release()
	release, err = stage.Lock(dir)
	if err != nil {
		t.Errorf("after the release: %v", err)
	}
	release()
	if _, err := stage.Lock(filepath.Join(dir, "missing")); err == nil || strings.Contains(err.Error(), "another process") || !strings.Contains(err.Error(), "missing") {
		t.Errorf("no folder: %v", err)
	}
}

func TestRunRemovesWhatAKilledProcessLeftUnfinished(t *testing.T) {
	p := TinyProfile(t)
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.MkdirAll(filepath.Join(dir, AdapterDir), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".checkpoint.safetensors123456", ".run.json99", ".test.parquet.1", "adapter/.adapter_model.safetensors5577006791947779410", ".mine", ".notes.json", "remark.txt1"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half a fi"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := RunProfile(p, context.Background(), dir, stage.Log{}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pattern := range []string{"*", "adapter/*"} { // Glob lists hidden files too
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			got = append(got, strings.TrimPrefix(path, dir+"/"))
		}
	}
	slices.Sort(got)
	want := []string{
		".lock", ".mine", ".notes.json", "README.md", "adapter", "adapter/README.md", "adapter/adapter_config.json", "adapter/adapter_model.safetensors", "adapter/labels.json",
		"checkpoint.safetensors", "remark.txt1", "run.json", "test.parquet", "validation.parquet",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

func TestProvenanceNamesTheCodeAndTheMachine(t *testing.T) {
	p := TinyProfile(t)
	t.Setenv(checkout.HomeEnv, t.TempDir()) // no checkout
	if got := checkout.Commit(); got != "unknown" {
		t.Errorf("outside of a checkout the commit is %q", got)
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", os.Getenv(checkout.HomeEnv), "-c", "user.name=a", "-c", "user.email=a@b"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	git("init", "-q")
	if err := os.WriteFile(filepath.Join(os.Getenv(checkout.HomeEnv), "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	git("add", "file")
	git("commit", "-q", "-m", "first")
	clean := checkout.Commit()
	if len(clean) != 40 {
		t.Errorf("the commit is %q", clean)
	}
	if err := os.WriteFile(filepath.Join(os.Getenv(checkout.HomeEnv), "file"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := checkout.Commit(); got != clean+"+changes" {
		t.Errorf("with a change the commit is %q, was %q", got, clean)
	}

	notes := readNotes(t, p)
	run := prepare(t, p, notes)
	got := newProvenance(p, run, "a device", time.Now())
	if got.Backend != "go" || got.Device != "a device" || got.Go != runtime.Version() || got.Cores != runtime.NumCPU() || got.BaseSHA256 != run.BaseSHA256 ||
		got.Tokenizer != run.Tokenizer.Engine() || got.Times.Finished.IsZero() {
		t.Errorf("provenance: %+v", got)
	}
	// A test's build information may name no modules; what it names is one of those that are traced.
	for module := range maps.Keys(got.Modules) {
		if !slices.Contains(Traced, module) {
			t.Errorf("module %s", module)
		}
	}
}

func TestHomeIsFoundFromBelow(t *testing.T) {
	t.Setenv(checkout.HomeEnv, "")
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := checkout.Home(); err != nil || got != root {
		t.Errorf("home is %q (%v), want %q", got, err, root)
	}
	t.Setenv(checkout.HomeEnv, "/elsewhere")
	if got, err := checkout.Home(); err != nil || got != "/elsewhere" {
		t.Errorf("home is %q (%v)", got, err)
	}
	t.Setenv(checkout.HomeEnv, "")
	t.Chdir(t.TempDir())
	if got, err := checkout.Home(); err == nil || !strings.Contains(err.Error(), checkout.HomeEnv) {
		t.Errorf("outside of a checkout home is %q (%v)", got, err)
	}
}

func TestBaseDir(t *testing.T) {
	home := t.TempDir()
	t.Setenv(checkout.HomeEnv, home)
	p := profile.Profile{Base: "minilm"}
	if _, err := baseDir(p, context.Background(), nil); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("without set-up: %v", err)
	}
	want := filepath.Join(home, ".cache", "base", "minilm")
	if err := os.MkdirAll(want, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := baseDir(p, context.Background(), nil); err != nil || got != want {
		t.Errorf("the bundled base is %q (%v)", got, err)
	}
	p.Base = filepath.Join(home, "missing")
	if _, err := baseDir(p, context.Background(), nil); err == nil || !strings.Contains(err.Error(), p.Base) {
		t.Errorf("a missing base: %v", err)
	}
	p.Base = "hub:nonsense"
	if _, err := baseDir(p, context.Background(), nil); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("a reference that is none: %v", err)
	}
	p.Base = home
	if got, err := baseDir(p, context.Background(), nil); err != nil || got != home {
		t.Errorf("a folder is %q (%v)", got, err)
	}
}
