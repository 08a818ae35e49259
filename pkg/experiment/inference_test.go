package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// TestInferenceIsMeasuredOnce: the second call reads what the first one wrote, and another run has a measurement of its own.
func TestInferenceIsMeasuredOnce(t *testing.T) {
	home := t.TempDir()
	t.Setenv(checkout.HomeEnv, home)
	p := TinyProfile(t, "sweep=[]", "train.epochs=1")
	src, err := NewSource(p, t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	run, err := Run(p, t.Context(), src, "", stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	tell := stage.Log{Say: func(string) { said++ }}
	made, err := Inference(p, t.Context(), src, run, tell)
	if err != nil {
		t.Fatal(err)
	}
	texts := len(src.Notes.Test)
	if made.Singles != texts || made.Batched != texts || made.BatchSize != 4 || made.MaxLength != 32 || made.WeightBytes != 4*int64(run.Parameters.Total) {
		t.Errorf("of %d texts: %+v", texts, made)
	}
	if made.MedianSeconds <= 0 || made.P95Seconds < made.MedianSeconds || made.TextsPerSecond <= 0 {
		t.Errorf("it took no time: %+v", made)
	}
	if (made.MemoryBytes == nil) == (made.MemoryUnknown == "") {
		t.Errorf("memory has neither a number nor a reason, or both: %+v", made)
	}
	found, err := Inference(p, t.Context(), src, run, tell)
	if err != nil || said != 1 || found.MedianSeconds != made.MedianSeconds {
		t.Errorf("the second time: %+v, %v, said %d", found, err, said)
	}
	files, _ := filepath.Glob(filepath.Join(home, "data", "cache", "inference", "*", inferenceFile))
	if len(files) != 1 {
		t.Fatalf("files %q", files)
	}
	if err := os.WriteFile(files[0], []byte(`{"singles": `), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Inference(p, t.Context(), src, run, tell); err == nil || !strings.Contains(err.Error(), files[0]) {
		t.Errorf("half a file: %v", err)
	}
	other := *run
	other.Fingerprint = strings.Repeat("0", 64)
	if _, err := Inference(p, t.Context(), src, &other, tell); err != nil || said != 2 {
		t.Errorf("another run: %v, said %d", err, said)
	}
	text, err := chapter.InferenceTable((&Study{Sweep: &Sweep{Outcomes: []Outcome{{Run: run}}}, Inference: made})).Text()
	if err != nil || !strings.Contains(text, "Texts a second, in batches of 4") {
		t.Errorf("%v\n%s", err, text)
	}
}
