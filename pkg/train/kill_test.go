package train

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// helperEnv makes a process of this test binary train in the folder that it names.
const helperEnv = "TRAIN_IN"

// A helper's files beside its checkpoint.
const (
	checkpointName = "checkpoint.safetensors"
	finalName      = "final.safetensors" // what the finished run leaves in the model
	validatingName = "validating"        // there while the helper validates
)

// bigVocabulary makes a checkpoint that takes a while to write, of 15 MB.
const bigVocabulary = 30000

// wide is tiny with so many words that its checkpoint is large, all of it trained.
func wide(t *testing.T) *classifier.Model {
	t.Helper()
	base, err := distilbert.Load(filepath.Join(testdata, "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	const name = "embeddings.word_embeddings.weight"
	words := weights.New(bigVocabulary, base.Config.Dim)
	copy(words.Data, base.Tensors[name].Data)
	base.Tensors[name], base.Config.VocabSize = words, bigVocabulary
	m, err := classifier.New(base, nil, base.Config.Labels, 1)
	if err != nil {
		t.Fatal(err)
	}
	m.SetTrainable(classifier.TrainAll)
	return m
}

// TestHelperProcess is the process that TestKilledRunEndsTheSame kills. On its own it has nothing to do.
func TestHelperProcess(t *testing.T) {
	dir := os.Getenv(helperEnv)
	if dir == "" {
		return
	}
	j := newJob(t, modelkit.Backend(t, classifier.OpenBackend, "go"), filepath.Join(dir, checkpointName))
	if strings.HasSuffix(dir, "full") {
		j.Model = wide(t)
	}
	j.Config.Epochs = 6
	j.Validate = func(context.Context) (Validation, error) {
		marker := filepath.Join(dir, validatingName)
		if err := os.WriteFile(marker, nil, 0o644); err != nil {
			return Validation{}, err
		}
		time.Sleep(20 * time.Millisecond)
		return Validation{MacroF1: []float64{0.1, 0.3, 0.2, 0.5, 0.4, 0.4}[len(j.state.Epochs)]}, os.Remove(marker)
	}
	if state := runJob(t, j); state.Step != 24 || state.Best != 3 {
		t.Fatalf("the run ends with %+v", state)
	}
	if err := weights.Write(filepath.Join(dir, finalName), trained(t, j), nil); err != nil {
		t.Fatal(err)
	}
}

// helper starts a process that trains in the folder.
func helper(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, validatingName)); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
	cmd.Env = append(os.Environ(), helperEnv+"="+dir)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// killWhen kills the process at the first look that finds it so, and says whether it came to that before it ended.
func killWhen(t *testing.T, cmd *exec.Cmd, so func() bool) bool {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("the run failed by itself: %v", err)
			}
			return false
		default:
		}
		if so() {
			_ = cmd.Process.Kill() // it may have ended just now
			<-ended
			return true
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// others lists the files of a folder that no whole run leaves: those that a kill left half written.
func others(t *testing.T, dir string) []string {
	t.Helper()
	return slices.DeleteFunc(testkit.Entries(t, dir), func(name string) bool {
		return slices.Contains([]string{checkpointName, finalName, validatingName}, name)
	})
}

// A run that is killed at random moments, while it validates and while it writes its checkpoint, ends in the same bytes as one
// that was not: of the adapter, and of everything where all is trained.
func TestKilledRunEndsTheSame(t *testing.T) {
	for _, method := range []string{"adapter", "full"} {
		t.Run(method, func(t *testing.T) {
			whole := filepath.Join(t.TempDir(), method)
			if err := os.Mkdir(whole, 0o755); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if err := helper(t, whole).Wait(); err != nil {
				t.Fatal(err)
			}
			took := time.Since(began)
			want, err := os.ReadFile(filepath.Join(whole, finalName))
			if err != nil {
				t.Fatal(err)
			}

			dir := filepath.Join(t.TempDir(), method)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			validating := func() bool {
				_, err := os.Stat(filepath.Join(dir, validatingName))
				return err == nil
			}
			atRandom := func() func() bool {
				moment := time.Now().Add(rand.N(took))
				return func() bool { return time.Now().After(moment) }
			}
			halfWritten := 0
			for i := range 6 {
				moment := atRandom()
				before := len(others(t, dir))
				switch i {
				case 0, 3:
					moment = func() bool { return len(others(t, dir)) > before }
				case 1, 4:
					moment = validating
				}
				if !killWhen(t, helper(t, dir), moment) {
					break // it was done before
				}
				if len(others(t, dir)) > before {
					halfWritten++
				}
			}
			if method == "full" && halfWritten == 0 {
				t.Error("no kill came while a checkpoint was written")
			}
			if err := helper(t, dir).Wait(); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(dir, finalName))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Error("the tensors differ from those of a run that was not killed")
			}
		})
	}
}
