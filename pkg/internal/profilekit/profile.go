package profilekit

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
)

// Read reads an embedded profile with settings that must be right.
func Read(t testing.TB, name string, settings ...string) profile.Profile {
	t.Helper()
	p, err := profile.Read(name, settings)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Tiny is demo on the notes of [Notes] and the base of [Base], with two epochs, changed by settings.
func Tiny(t testing.TB, settings ...string) profile.Profile {
	t.Helper()
	return Read(t, "demo", append([]string{
		"corpus.source=file", "corpus.path=" + Notes(t), "base=" + Base(t), "backend=go", "max_length=32",
		"train.batch_size=8", "train.epochs=2", "train.warmup_steps=1",
	}, settings...)...)
}

// Base is the folder of a base model of two small layers, by its full path: a study looks for a relative one from other folders too.
func Base(t testing.TB) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("the program does not know its sources")
	}
	return filepath.Join(filepath.Dir(file), "..", "..", "classifier", "testdata", "tiny")
}

// Labels are those of [Notes], in the corpus's order.
var Labels = []string{"Cardiology", "Chirurgie", "Orthopedic", "Pulmonary"}

// Words are some of the tiny base's vocabulary, a few for each label.
var Words = map[string][4]string{
	"Cardiology": {"chest", "heart", "blood", "pressure"},
	"Orthopedic": {"knee", "hip", "fracture", "left"},
	"Chirurgie":  {"surgery", "incision", "closed", "procedure"},
	"Pulmonary":  {"lung", "cough", "fever", "exam"},
}

// Notes is [WriteNotes] in a folder of the test.
func Notes(t testing.TB) string {
	t.Helper()
	return WriteNotes(t, t.TempDir())
}

// WriteNotes writes 60 notes under 4 labels into a folder, 64 rows as every fifteenth text stands under the next label as well, and returns
// the file.
func WriteNotes(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("text,label\n")
	for i := range 60 {
		label := Labels[i%4]
		text := ""
		for k := range 6 + i%20 {
			text += Words[label][(k*k+i/4)%4] + " "
		}
		text += fmt.Sprintf("mg %d %d", i/10, i%10)
		fmt.Fprintf(&b, "%s,%s\n", text, label)
		if i%15 == 0 {
			fmt.Fprintf(&b, "%s,%s\n", text, Labels[(i+1)%4])
		}
	}
	return testkit.WriteFile(t, filepath.Join(dir, "notes.csv"), b.String())
}
