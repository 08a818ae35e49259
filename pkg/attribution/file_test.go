package attribution

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/parquet-go/parquet-go"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/seal"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// sample is a set of two notes, of which one is attributed twice and one was cut.
func sample() Set {
	note := func(id, label, text string, words ...Span) Attribution {
		return Attribution{
			NoteID: id, Label: label, Predicted: "Surgery", Logit: 1.5, BaselineLogit: new(-0.25), Scale: 0.75, Spans: words,
			Read: tokenize.Span{End: len(text)}, Bytes: len(text), TextSHA256: textHash(text),
		}
	}
	s := Set{
		CorpusHash: "c0ffee", Model: "f1", Labels: []string{"Surgery", "Café / Diets"}, MaxLength: 64, Synthetic: true,
		Method: IntegratedGradients, Baseline: Zeroed, Steps: 10,
		Attributions: []Attribution{
			note("a", "Surgery", "left knee pain", Span{0, 4, 0.25}, Span{5, 9, -1}),
			note("a", "Café / Diets", "left knee pain", Span{0, 4, 1}, Span{5, 9, 1. / 3}),
			note("b", "Surgery", "naïve", Span{0, 6, 0}),
		},
	}
	s.Attributions[0].Truncated, s.Attributions[0].Read.End = true, 9
	s.Attributions[2].Scale = 0
	return s
}

func written(t *testing.T, s Set) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "attributions.parquet")
	if err := Write(path, s); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRoundTrip(t *testing.T) {
	c := openModel(t, adapterAll)
	text := "Appendectomy noted; cardiac history denied. Café 中文"
	a := newAttributor(t, modelkit.Backend(t, classifier.OpenBackend, "go"), c, Options{})
	made := attribute(t, a, Note{ID: "n1", Text: text, Label: c.Labels[0]}, Note{ID: "n1", Text: text, Label: c.Labels[1]}, Note{ID: "n2", Text: "chest pain"})
	empty := sample()
	empty.Attributions = nil
	for name, s := range map[string]Set{"sample": sample(), "no notes": empty, "made": a.Set("c0ffee", "f2", false, made)} {
		got, err := Read(written(t, s), Want{CorpusHash: s.CorpusHash, Model: s.Model, Method: s.Method})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Attribution{}, "Tokens")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		again, err := os.ReadFile(written(t, s))
		if err != nil {
			t.Fatal(err)
		}
		first, err := os.ReadFile(written(t, s))
		if err != nil {
			t.Fatal(err)
		}
		if string(first) != string(again) {
			t.Errorf("%s: the same set gives other bytes", name)
		}
	}
}

func TestWriteLeavesNothingBehindAndReplacesWhole(t *testing.T) {
	path := written(t, sample())
	bad := sample()
	bad.Attributions[1].Label = "Astrology"
	testkit.Refused(t, "an unknown label", Write(path, bad), `note "a"`, `"Astrology"`, "was not written")
	s := sample()
	s.Model = "f9"
	if err := Write(path, s); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(path, Want{}); err != nil || got.Model != "f9" {
		t.Errorf("read %q, %v", got.Model, err)
	}
	if got := testkit.Entries(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("the folder holds %q", got)
	}
	testkit.Refused(t, "a folder that is not there", Write(filepath.Join(t.TempDir(), "none", "a.parquet"), s), "a.parquet", "cannot be written")
}

func TestReadRefuses(t *testing.T) {
	path := written(t, sample())
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		want Want
		says string
	}{
		"another corpus": {Want{CorpusHash: "beef"}, `corpus "c0ffee", not to "beef"`},
		"another model":  {Want{Model: "f2"}, `model "f1", not to "f2"`},
		"another method": {Want{Method: Occlusion}, `method "integrated-gradients", not to "occlusion"`},
	} {
		_, err := Read(path, test.want)
		testkit.Refused(t, what, err, path, test.says)
	}
	if _, err := Read(path+".none", Want{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.parquet")
	attempt := func(data []byte) error {
		if err := os.WriteFile(damaged, data, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Read(damaged, Want{})
		return err
	}
	for i := range whole {
		changed := append([]byte(nil), whole...)
		changed[i] ^= 0x10
		if _, err := decode(changed); err == nil {
			t.Errorf("a file with byte %d changed is accepted", i)
		}
	}
	for _, size := range []int{0, 3, len(whole) / 2, len(whole) - 1} {
		testkit.Refused(t, "a file cut short", attempt(whole[:size]), damaged, "checksum")
	}
	testkit.Refused(t, "a file with more behind it", attempt(append(append([]byte(nil), whole...), 0)), "checksum")
}

// sealed is a file that this program could have written if it kept other columns or metadata.
func sealed[T any](t *testing.T, rows []T, metadata map[string]string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.parquet")
	options := []parquet.WriterOption{seal.Unsealed}
	for key, value := range metadata {
		options = append(options, parquet.KeyValueMetadata(key, value))
	}
	if err := parquet.WriteFile(path, rows, options...); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := seal.Close(data); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDecodeRefusesOtherFiles(t *testing.T) {
	type other struct {
		NoteID string `parquet:"note_id"`
	}
	type retyped struct {
		NoteID int64 `parquet:"note_id"`
	}
	metadata := func(key, value string) map[string]string {
		m := map[string]string{
			"format": formatName, "corpus_hash": "c", "model": "m", "labels": `["x"]`, "max_length": "64", "synthetic": "true",
			"method": "occlusion", "baseline": "mask", "steps": "0",
		}
		if m[key] = value; value == "" {
			delete(m, key)
		}
		return m
	}
	row := record{NoteID: "n", Label: "x", Predicted: "x", Starts: []int64{0}, Ends: []int64{1}, Weights: []float64{0, 0}, Bytes: 1, ReadEnd: 1, TextSHA256: textHash("a")}
	for what, test := range map[string]struct {
		data []byte
		says string
	}{
		"other columns":       {sealed(t, []other{{"n"}}, metadata("steps", "0")), `column "label" is missing`},
		"another type":        {sealed(t, []retyped{{1}}, metadata("steps", "0")), `column "note_id" has another type`},
		"another format":      {sealed(t, []record{}, metadata("format", "v9")), `the format is "v9"`},
		"no model":            {sealed(t, []record{}, metadata("model", "")), `no "model"`},
		"a damaged list":      {sealed(t, []record{}, metadata("labels", "[")), "labels are not a JSON list"},
		"a damaged number":    {sealed(t, []record{}, metadata("steps", "few")), `steps is "few"`},
		"a damaged length":    {sealed(t, []record{}, metadata("max_length", "long")), `max_length is "long"`},
		"a damaged switch":    {sealed(t, []record{}, metadata("synthetic", "so")), `synthetic is "so"`},
		"an unknown method":   {sealed(t, []record{}, metadata("method", "tea")), `"tea"`},
		"lists of two sizes":  {sealed(t, []record{row}, metadata("steps", "0")), `note "n": 1 starts, 1 ends and 2 weights`},
		"not a file of these": {[]byte("PAR1 and nothing else PAR1"), "not written by this program"},
	} {
		_, err := decode(test.data)
		testkit.Refused(t, what, err, test.says)
	}
}

func TestValidateRefuses(t *testing.T) {
	first := func(change func(*Attribution)) func(*Set) {
		return func(s *Set) { change(&s.Attributions[0]) }
	}
	nan := math.NaN()
	for what, test := range map[string]struct {
		change func(*Set)
		says   string
	}{
		"no corpus":            {func(s *Set) { s.CorpusHash = " " }, "no corpus"},
		"no model":             {func(s *Set) { s.Model = "" }, "no model"},
		"no labels":            {func(s *Set) { s.Labels = nil }, "no labels"},
		"a repeated label":     {func(s *Set) { s.Labels[1] = "Surgery" }, `"Surgery"`},
		"no length":            {func(s *Set) { s.MaxLength = 0 }, "0 tokens"},
		"no steps":             {func(s *Set) { s.Steps = 0 }, "0 steps"},
		"a note twice":         {func(s *Set) { s.Attributions[1].Label = "Surgery" }, "twice"},
		"no id":                {first(func(a *Attribution) { a.NoteID = "" }), "id is empty"},
		"an unknown label":     {first(func(a *Attribution) { a.Label = "x" }), `label "x"`},
		"an unknown guess":     {first(func(a *Attribution) { a.Predicted = "x" }), `predicted label "x"`},
		"no baseline logit":    {first(func(a *Attribution) { a.BaselineLogit = nil }), "baseline"},
		"a logit not a number": {first(func(a *Attribution) { a.Logit = nan }), "logit"},
		"a baseline infinite":  {first(func(a *Attribution) { a.BaselineLogit = new(math.Inf(1)) }), "logit"},
		"a negative scale":     {first(func(a *Attribution) { a.Scale = -1 }), "scale"},
		"a hash cut short":     {first(func(a *Attribution) { a.TextSHA256 = "ab" }), "text_sha256"},
		"read beyond the end":  {first(func(a *Attribution) { a.Read.End = 99 }), "bytes 0 to 99 were read of 14"},
		"cut but not said":     {first(func(a *Attribution) { a.Truncated = false }), "truncated: false"},
		"no words":             {first(func(a *Attribution) { a.Spans = nil }), "no words"},
		"an empty word":        {first(func(a *Attribution) { a.Spans[0].End = 0 }), "word 1"},
		"words that overlap":   {first(func(a *Attribution) { a.Spans[1].Start = 3 }), "word 2"},
		"a word not read":      {first(func(a *Attribution) { a.Spans[1].End = 10 }), "word 2"},
		"a weight not finite":  {first(func(a *Attribution) { a.Spans[1].Weight = nan }), "word 2"},
		"weights too small":    {first(func(a *Attribution) { a.Spans[1].Weight = -0.5 }), "largest weight is 0.5"},
		"weights too large":    {first(func(a *Attribution) { a.Spans[1].Weight = 2 }), "largest weight is 2"},
		"all weights 0":        {first(func(a *Attribution) { a.Spans[0].Weight, a.Spans[1].Weight = 0, 0 }), "largest weight is 0"},
	} {
		s := sample()
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		test.change(&s)
		testkit.Refused(t, what, s.Validate(), test.says)
	}
}
