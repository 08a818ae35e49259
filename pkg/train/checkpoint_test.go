package train

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

func TestCheckpointOfAnotherRunIsRefused(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	first := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
	interruptAfter(t, first, 5, false)
	before, err := os.ReadFile(first.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	second := newJob(t, backend, first.Checkpoint)
	second.Fingerprint = "another fingerprint"
	_, err = second.Run(context.Background())
	if err == nil {
		t.Fatal("the checkpoint of another run was taken")
	}
	for _, want := range []string{first.Checkpoint, first.Fingerprint[:12], second.Fingerprint[:12], "choose another folder or remove it"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if after, err := os.ReadFile(first.Checkpoint); err != nil || string(after) != string(before) {
		t.Errorf("the checkpoint has changed (%v)", err)
	}
}

func TestDamagedCheckpointIsRefused(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	source := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
	interruptAfter(t, source, 5, false)
	whole, err := os.ReadFile(source.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	rewrite := func(edit func(tensors map[string]weights.Tensor, notes map[string]string)) func(path string) error {
		return func(path string) error {
			file, err := weights.Open(source.Checkpoint)
			if err != nil {
				return err
			}
			tensors, notes := make(map[string]weights.Tensor), file.Metadata
			for _, name := range file.Names() {
				if tensors[name], err = file.Tensor(name, nil); err != nil {
					return err
				}
			}
			edit(tensors, notes)
			return weights.Write(path, tensors, notes)
		}
	}
	pick := func(tensors map[string]weights.Tensor, part string) string {
		for name := range tensors {
			if strings.Contains(name, part) {
				return name
			}
		}
		t.Fatalf("the checkpoint has no tensor like %s", part)
		return ""
	}
	state := func(edit func(*State)) func(path string) error {
		return rewrite(func(_ map[string]weights.Tensor, notes map[string]string) {
			var s State
			if err := json.Unmarshal([]byte(notes[stateKey]), &s); err != nil {
				t.Fatal(err)
			}
			edit(&s)
			raw, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			notes[stateKey] = string(raw)
		})
	}
	for name, damage := range map[string]func(path string) error{
		"cut short":  func(path string) error { return os.WriteFile(path, whole[:len(whole)-100], 0o644) },
		"empty":      func(path string) error { return os.WriteFile(path, nil, 0o644) },
		"other data": func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("text ", 100)), 0o644) },
		"NaN": rewrite(func(tensors map[string]weights.Tensor, _ map[string]string) {
			tensors[pick(tensors, "lora_A")].Data[0] = float32(math.NaN())
		}),
		"a missing tensor": rewrite(func(tensors map[string]weights.Tensor, _ map[string]string) {
			delete(tensors, "/"+strings.TrimPrefix(pick(tensors, "model/classifier.bias"), "/"))
		}),
		"a missing moment": rewrite(func(tensors map[string]weights.Tensor, _ map[string]string) {
			delete(tensors, pick(tensors, "classifier.bias_1st_moment"))
		}),
		"another shape": rewrite(func(tensors map[string]weights.Tensor, _ map[string]string) {
			tensors[pick(tensors, "lora_B")] = weights.New(2, 2)
		}),
		"an unknown tensor": rewrite(func(tensors map[string]weights.Tensor, _ map[string]string) {
			tensors["/model/mystery"] = weights.New(2)
		}),
		"no state":           rewrite(func(_ map[string]weights.Tensor, notes map[string]string) { delete(notes, stateKey) }),
		"half a state":       rewrite(func(_ map[string]weights.Tensor, notes map[string]string) { notes[stateKey] = notes[stateKey][:20] }),
		"too few losses":     state(func(s *State) { s.Losses = s.Losses[:2] }),
		"too few epochs":     state(func(s *State) { s.Epochs = nil }),
		"a best epoch of 10": state(func(s *State) { s.Best = 10 }),
		"more steps than planned": state(func(s *State) {
			for s.Step < 50 {
				s.Step, s.Losses = s.Step+1, append(s.Losses, 1)
			}
		}),
	} {
		j := newJob(t, backend, filepath.Join(t.TempDir(), "checkpoint"))
		if err := damage(j.Checkpoint); err != nil {
			t.Fatal(err)
		}
		_, err := j.Run(context.Background())
		if err == nil {
			t.Errorf("%s: the checkpoint was taken", name)
			continue
		}
		if !strings.Contains(err.Error(), j.Checkpoint) || !strings.Contains(err.Error(), "remove") {
			t.Errorf("%s: the error does not name the checkpoint and what to do: %v", name, err)
		}
	}
}
