package train

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

func tiny(t *testing.T) *classifier.Classifier {
	t.Helper()
	c, err := classifier.Open(filepath.Join(testdata, "tiny"), "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewDataEncodesTextsAndSpreadsTheirLabels(t *testing.T) {
	c := tiny(t)
	texts := []string{"chest pain", "knee fracture, incision and suture of the knee", "cough"}
	d, err := NewData(c, texts, [][]string{{"Surgery"}, {"Orthopedic", "Surgery"}, {"Cardiovascular / Pulmonary"}})
	if err != nil {
		t.Fatal(err)
	}
	encodings, err := c.Encode(texts)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float32{{1, 0, 0, 0, 0}, {0.5, 0, 0, 0.5, 0}, {0, 0, 1, 0, 0}}
	if !cmp.Equal(d.Encodings, encodings) || !cmp.Equal(d.Targets, want) || !cmp.Equal(d.Buckets, []int{32, 64}) || d.Pad != c.Tokenizer.PadID() {
		t.Errorf("%+v", d)
	}
	b, err := d.Batch(2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if b.Size != 2 || b.Length != 32 || b.notes != 2 || !cmp.Equal(b.Index, []int{2, 1}) || !cmp.Equal(b.targets, []float32{0, 0, 1, 0, 0, 0.5, 0, 0, 0.5, 0}) {
		t.Errorf("batch %+v", b)
	}
	if got := b.IDs[32 : 32+len(encodings[1].IDs)]; !cmp.Equal(got, encodings[1].IDs) {
		t.Errorf("the second row begins with %v, want %v", got, encodings[1].IDs)
	}
}

func TestNewDataNamesTheText(t *testing.T) {
	c := tiny(t)
	for what, f := range map[string]struct {
		texts  []string
		labels [][]string
		parts  []string
	}{
		"nothing":             {nil, nil, []string{"no notes"}},
		"too few label lists": {[]string{"cough", "pain"}, [][]string{{"Surgery"}}, []string{"2 texts", "1 label lists"}},
		"no label":            {[]string{"cough", "pain"}, [][]string{{"Surgery"}, {}}, []string{"text 2"}},
		"an unknown label":    {[]string{"cough"}, [][]string{{"Astrology"}}, []string{"text 1", `"Astrology"`, "5"}},
		"a label twice":       {[]string{"cough"}, [][]string{{"Surgery", "Surgery"}}, []string{"text 1", `"Surgery"`, "twice"}},
		"not UTF-8":           {[]string{"\xff"}, [][]string{{"Surgery"}}, []string{"UTF-8"}},
	} {
		_, err := NewData(c, f.texts, f.labels)
		for _, part := range f.parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v, want %q in it", what, err, part)
			}
		}
	}
}

func TestBatchRefusesNotesThatAreNotThere(t *testing.T) {
	d := randomData(3)
	for what, f := range map[string]struct {
		data  Data
		notes []int
		want  string
	}{
		"no notes":      {d, nil, "no notes"},
		"below":         {d, []int{0, -1}, "index -1"},
		"above":         {d, []int{3}, "index 3"},
		"no data":       {Data{}, []int{0}, "no notes to train on"},
		"short buckets": {Data{Encodings: d.Encodings, Targets: d.Targets, Buckets: []int{1}}, []int{0}, "a batch holds 1 to 1"},
	} {
		if _, err := f.data.Batch(f.notes...); err == nil || !strings.Contains(err.Error(), f.want) {
			t.Errorf("%s: %v, want %q in it", what, err, f.want)
		}
	}
}
