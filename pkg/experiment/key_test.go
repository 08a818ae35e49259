package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/base"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// keyHash is the hash of the key of a run that is tested.
func keyHash(t *testing.T, p profile.Profile) string {
	t.Helper()
	return stageHash(t, stageTrain, p)
}

// stageHash is the hash of a run's key in a stage.
func stageHash(t *testing.T, name string, p profile.Profile) string {
	t.Helper()
	e := newExperiment(t, p, nil)
	b, err := e.openBase(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return e.runKey(name, p, b).Hash()
}

// sha is a text's SHA-256.
func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// The hashes of the tiny base and of the tests' notes.
const (
	baseHash  = "3fd33d55343925663ee484a5af5d1298e5401ab32aa28ab8e344fd408b810a06"
	notesHash = "cd95fe97a3e720bb6a765dcb828d449ef6c167ded597a7107a58424c6181ae81"
)

// A run is found by this hash: where it changes, so must runVersion, and everything is trained anew.
func TestRunKeyIsGolden(t *testing.T) {
	settings := `{"name":"","corpus":{"source":"file","path":"` + notesHash + `","protocol":"group","targets":"sets","seed":42,"limit":0,"with":null,` +
		`"text":"","label":"","id":"","description":"","keywords":""},"base":"` + baseHash + `","max_length":32,` +
		`"adapter":{"rank":16,"alpha":32,"dropout":0.1,"rslora":false,"target_modules":["q_lin","v_lin"]},` +
		`"train":{"method":"lora","learning_rate":0.0003,"batch_size":8,"epochs":2,"warmup_steps":1,"weight_decay":0.01,"max_grad_norm":1,"patience":2,"seed":42},` +
		`"backend":"go","rates":{}}`
	if got, want := keyHash(t, tinyProfile(t, "protocols=[group, row]", "rates.lora=[1]", "sweep=[]")), sha("specialist train 2\n"+settings); got != want {
		t.Errorf("the hash is %s, want %s of %s", got, want, settings)
	}
	if got := keyHash(t, tinyProfile(t)); got != "a2eae13d2717c8c4266ed9ffcb3fcb1378d7c16e738677eb08677d700ea86284" {
		t.Errorf("the hash is %s", got)
	}
	if got := stageHash(t, stageRate, tinyProfile(t, "train.method=head")); got != "674f72806ee33bffe63e3c39ef25a813c6f7820e4499e7ae645bedc7520a3efe" {
		t.Errorf("the hash of a head on the learning-rate curve is %s", got)
	}
}

func TestBaselinesKeyIsGolden(t *testing.T) {
	s := wholeStudy(t)
	for i, protocol := range []string{"group", "row"} {
		// The number after the name is the version of the key in (*Experiment).baselines.
		want := sha(fmt.Sprintf("specialist baselines 1\n%s %s %s sets 42 0 42 32 go", baseHash, notesHash, protocol))
		b := s.study.Comparisons[i].Baselines
		if b.Protocol != protocol || b.Fingerprint != want {
			t.Errorf("under %s the hash is %s, want %s under %s", b.Protocol, b.Fingerprint, want, protocol)
		}
		if dir := filepath.Join(s.home, "data", "cache", "baselines", want[:16]); b.Dir != dir {
			t.Errorf("the folder is %s, want %s", b.Dir, dir)
		}
	}
}

func TestRunKeyFollowsContentNotPlace(t *testing.T) {
	p := tinyProfile(t)
	want := keyHash(t, p)
	same := p
	same.Name, same.Base = "another name", testkit.CopyFolder(t, tiny)
	same.Corpus.Path = filepath.Join(testkit.CopyFolder(t, filepath.Dir(p.Corpus.Path)), "notes.csv")
	same.Configurations, same.Rates.LoRA, same.Protocols = profile.Configurations{{Name: "a"}}, []float64{1}, []string{"row"}
	if keyHash(t, same) != want {
		t.Error("the same content in another place has another hash")
	}
	for _, setting := range []string{
		"max_length=31", "corpus.targets=rows", "corpus.protocol=row", "corpus.seed=43", "corpus.limit=20", "adapter.rank=8", "adapter.alpha=16", "adapter.dropout=0",
		"adapter.rslora=true", "adapter.target_modules=[q_lin]", "train.method=full", "train.learning_rate=1e-4", "train.batch_size=4", "train.micro_batch=2", "train.epochs=3",
		"train.warmup_steps=2", "train.weight_decay=0", "train.max_grad_norm=0", "train.patience=1", "train.seed=1", "train.loraplus_ratio=16", "train.precision=bf16", "backend=xla:cpu",
	} {
		if keyHash(t, profileOf(t, p.Corpus.Path, setting)) == want {
			t.Errorf("%s does not change the hash", setting)
		}
	}
	if stageHash(t, stageRate, p) == want {
		t.Error("a run that is not tested has the same hash")
	}
	notes := testkit.ReadFile(t, p.Corpus.Path)
	other := profileOf(t, testkit.WriteFile(t, filepath.Join(t.TempDir(), "notes.csv"), strings.Replace(notes, "chest", "chests", 1)))
	if keyHash(t, other) == want {
		t.Error("other notes have the same hash")
	}
}

// The same weights compute something else with other heads or words.
func TestRunKeyFollowsTheWholeBase(t *testing.T) {
	p := tinyProfile(t)
	want := keyHash(t, p)
	for _, c := range []struct{ file, from, to string }{
		{"config.json", `"n_heads": 4`, `"n_heads": 2`},
		{"tokenizer_config.json", "{", `{"strip_accents": false, `},
		{"tokenizer.json", `"hip": `, `"hop": `},
	} {
		other := p
		other.Base = testkit.CopyFolder(t, tiny)
		before := testkit.ReadFile(t, other.Base, c.file)
		after := strings.Replace(before, c.from, c.to, 1)
		if after == before {
			t.Fatalf("%s does not hold %s", c.file, c.from)
		}
		testkit.WriteFile(t, filepath.Join(other.Base, c.file), after)
		if keyHash(t, other) == want {
			t.Errorf("another %s has the same hash", c.file)
		}
	}
}

// What does not touch a model leaves its hash.
func TestTheAdaptersSettingsBelongToLoRA(t *testing.T) {
	for _, method := range []string{"full", "head"} {
		one, other := tinyProfile(t, "train.method="+method), tinyProfile(t, "train.method="+method, "adapter.rank=8", "adapter.target_modules=[lin1]")
		if keyHash(t, one) != keyHash(t, other) {
			t.Errorf("train.method=%s: an adapter that is not trained changes the hash", method)
		}
	}
}

func TestTheConstantsAreOfTheTestsFiles(t *testing.T) {
	if got, err := base.Hash(tiny); err != nil || got != baseHash {
		t.Errorf("the tiny base's hash is %s (%v)", got, err)
	}
	if got := readNotes(t, tinyProfile(t)).Corpus.Hash; got != notesHash {
		t.Errorf("the notes' hash is %s", got)
	}
}
