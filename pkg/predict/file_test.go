package predict

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/seal"
)

func written(t *testing.T, s Set) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "predictions.parquet")
	if err := Write(path, s); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRoundTrip(t *testing.T) {
	plain := sample(300)
	scaled, err := plain.WithTemperature(1.7)
	if err != nil {
		t.Fatal(err)
	}
	scoresOnly := sample(7)
	scoresOnly.Synthetic = false
	for i := range scoresOnly.Predictions {
		scoresOnly.Predictions[i].Logits = nil
	}
	unlabelled := sample(3)
	unlabelled.Predictions[1].Gold = nil
	for name, s := range map[string]Set{
		"logits": plain, "scaled": scaled, "scores only": scoresOnly, "no gold": unlabelled, "no notes": sample(0),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(written(t, s), Want{Labels: s.Labels, CorpusHash: s.CorpusHash})
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(s, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
			for i, p := range got.Predictions {
				if (p.Logits == nil) != (s.Predictions[i].Logits == nil) {
					t.Errorf("note %d: logits were %v and are %v", i, s.Predictions[i].Logits, p.Logits)
				}
			}
		})
	}
}

func TestTemperatureZeroStandsForOne(t *testing.T) {
	s := sample(2)
	s.Temperature = 0
	got, err := Read(written(t, s), Want{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Temperature != 1 {
		t.Errorf("temperature %v, want 1", got.Temperature)
	}
}

// TestColumns reads the columns that Read does not need, as somebody else's query would.
func TestColumns(t *testing.T) {
	s := sample(5)
	records, err := parquet.ReadFile[record](written(t, s))
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		p := s.Predictions[i]
		top := p.Top(TopLabels)
		if len(top) != 3 || len(r.TopScores) != 3 {
			t.Fatalf("three labels, but top lists of %d and %d", len(top), len(r.TopScores))
		}
		for j, label := range top {
			if r.TopLabels[j] != s.Labels[label] || r.TopScores[j] != p.Scores[label] {
				t.Errorf("note %d, rank %d: %q %v, want %q %v", i, j, r.TopLabels[j], r.TopScores[j], s.Labels[label], p.Scores[label])
			}
		}
		if r.Label != r.TopLabels[0] || r.Confidence != r.TopScores[0] {
			t.Errorf("note %d: label %q %v differs from the first of the top, %q %v", i, r.Label, r.Confidence, r.TopLabels[0], r.TopScores[0])
		}
	}
}

func TestSameSetSameBytes(t *testing.T) {
	first, err := os.ReadFile(written(t, sample(200)))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := os.ReadFile(written(t, sample(200)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, again) {
			t.Fatal("two files of one set differ")
		}
	}
}

func TestWriteLeavesNothingHalfWritten(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "predictions.parquet")
	if err := Write(path, sample(3)); err != nil {
		t.Fatal(err)
	}
	broken := sample(3)
	broken.Predictions[2].Scores = nil
	if err := Write(path, broken); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want it to name %s", err, path)
	}
	if got, err := Read(path, Want{}); err != nil || len(got.Predictions) != 3 {
		t.Errorf("the file that was there is gone: %v", err)
	}
	if err := Write(filepath.Join(folder, "none", "p.parquet"), sample(3)); err == nil {
		t.Error("written into a folder that does not exist")
	}
	// A folder in the file's place lets everything succeed but the renaming.
	taken := filepath.Join(folder, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "inside"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Write(taken, sample(3)); err == nil {
		t.Error("written over a folder")
	}
	if got := testkit.Entries(t, folder); len(got) != 2 {
		t.Errorf("the folder holds %q", got)
	}
}

func TestReadRefusesAnotherCorpus(t *testing.T) {
	path := written(t, sample(3))
	tests := map[string]struct {
		want Want
		say  string
	}{
		"hash":           {Want{CorpusHash: "beef"}, `belongs to corpus "c0ffee", not to "beef"`},
		"label order":    {Want{Labels: []string{"Urology", "Surgery", "Café / Diets"}}, `label 0 is "Surgery" instead of "Urology"`},
		"label count":    {Want{Labels: []string{"Surgery"}}, "3 instead of 1"},
		"name and hash":  {Want{Labels: []string{"x"}, CorpusHash: "beef"}, path},
		"everything fit": {Want{Labels: sample(0).Labels, CorpusHash: "c0ffee"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Read(path, test.want)
			if test.say == "" {
				if err != nil {
					t.Error(err)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.say) {
				t.Errorf("error %v, want it to say %q", err, test.say)
			}
		})
	}
}

func TestReadRefusesOtherFiles(t *testing.T) {
	folder := t.TempDir()
	all := map[string]string{
		"format": formatName, "labels": `["a","b"]`, "corpus_hash": "h", "model": "m", "part": "test", "synthetic": "false", "temperature": "0",
	}
	good := record{NoteID: "n", Gold: []string{"a"}, Label: "b", Confidence: .75, TopLabels: []string{"b", "a"}, TopScores: []float32{.75, .25}, Scores: []float32{.25, .75}}
	with := func(change func(*record)) []record {
		r := good
		change(&r)
		return []record{r}
	}
	type partial struct {
		NoteID string   `parquet:"note_id"`
		Gold   []string `parquet:"gold,list"`
		Label  string   `parquet:"label"`
	}
	type doubles struct {
		NoteID     string   `parquet:"note_id"`
		Gold       []string `parquet:"gold,list"`
		Label      string   `parquet:"label"`
		Confidence float64  `parquet:"confidence"`
	}
	tests := []struct {
		name  string
		write func(path string, options ...parquet.WriterOption) error
		set   map[string]string
		drop  string
		want  string // empty: readable
	}{
		{"whole", rows([]record{good}), nil, "", ""},
		{"column missing", rows([]partial{{NoteID: "n"}}), nil, "", `column "confidence" is missing`},
		{"column of another type", rows([]doubles{{NoteID: "n"}}), nil, "", `column "confidence" has another type`},
		{"metadata missing", rows([]record{good}), nil, "corpus_hash", `the metadata has no "corpus_hash"`},
		{"another format", rows([]record{good}), map[string]string{"format": "x"}, "", `the format is "x"`},
		{"labels not JSON", rows([]record{good}), map[string]string{"labels": "a,b"}, "", "not a JSON list"},
		{"synthetic not a truth value", rows([]record{good}), map[string]string{"synthetic": "perhaps"}, "", `synthetic is "perhaps"`},
		{"temperature not a number", rows([]record{good}), map[string]string{"temperature": "warm"}, "", `temperature is "warm"`},
		{"gold label unknown", rows(with(func(r *record) { r.Gold = []string{"c"} })), nil, "", `note "n" is filed under "c"`},
		{"label edited", rows(with(func(r *record) { r.Label = "a" })), nil, "", `column label says "a" where the scores say "b"`},
		{"scores edited", rows(with(func(r *record) { r.Scores = []float32{.25, .95} })), nil, "", "sum to 1.2"},
		{"note twice", rows([]record{good, good}), nil, "", `note "n" occurs twice`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(folder, strings.ReplaceAll(test.name, " ", "-")+".parquet")
			var options []parquet.WriterOption
			for key, value := range all {
				if changed, ok := test.set[key]; ok {
					value = changed
				}
				if key != test.drop {
					options = append(options, parquet.KeyValueMetadata(key, value))
				}
			}
			if err := test.write(path, options...); err != nil {
				t.Fatal(err)
			}
			_, err := Read(path, Want{})
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want it to name the file and say %q", err, test.want)
			} else if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error takes more than one line: %v", err)
			}
		})
	}
	if _, err := Read(filepath.Join(folder, "absent.parquet"), Want{}); err == nil || !strings.Contains(err.Error(), "there is no file") {
		t.Errorf("absent file: %v", err)
	}
}

// rows returns a function that writes other rows than Write would, whole and sealed.
func rows[T any](values []T) func(string, ...parquet.WriterOption) error {
	return func(path string, options ...parquet.WriterOption) error {
		var buffer bytes.Buffer
		if err := parquet.Write(&buffer, values, append(options, seal.Unsealed)...); err != nil {
			return err
		}
		if err := seal.Close(buffer.Bytes()); err != nil {
			return err
		}
		return os.WriteFile(path, buffer.Bytes(), 0o644)
	}
}

// TestDamagedFiles cuts a file at many lengths and flips bits all over it: each gives an error that names the file.
func TestDamagedFiles(t *testing.T) {
	path := written(t, sample(20))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, at int, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path, Want{}); err == nil {
			t.Errorf("%s at byte %d goes unnoticed", what, at)
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("%s at byte %d: the error does not name the file: %v", what, at, err)
		}
	}
	for at := 0; at < len(whole); at += 3 {
		check("cut", at, whole[:at])
		data := bytes.Clone(whole)
		data[at] ^= 1 << (at % 8)
		check("flip", at, data)
	}
	check("addition", len(whole), append(bytes.Clone(whole), 0))
}

func TestUnsealedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.parquet")
	if err := parquet.WriteFile(path, []record{{NoteID: "n"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path, Want{}); err == nil || !strings.Contains(err.Error(), "not written by this program") {
		t.Errorf("a parquet file of another program: %v", err)
	}
}

// TestTextThatLooksLikeTheSeal: what users name things does not move the checksum.
func TestTextThatLooksLikeTheSeal(t *testing.T) {
	s := sample(3)
	entry := "whole_file_sha256\x18\x40" + strings.Repeat("0", 64) // as the checksum stands in the file
	s.Model, s.Predictions[0].NoteID = entry, entry
	got, err := Read(written(t, s), Want{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Model != s.Model || got.Predictions[0].NoteID != s.Predictions[0].NoteID {
		t.Errorf("read back %q, %q", got.Model, got.Predictions[0].NoteID)
	}
}
