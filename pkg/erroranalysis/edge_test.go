package erroranalysis

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// TestEdges: no table has a value that is not a number, and what is undefined says why.
func TestEdges(t *testing.T) {
	one := sample{labels: labelNames(3), gold: [][]int{{0, 1}}, predicted: []int{0}, characters: []int{70}}
	same := random(20, 4, 1)
	right, wrong := random(30, 4, 2), random(30, 4, 2)
	untrained := random(30, 4, 2)
	untrained.train, untrained.tokens, untrained.document = nil, nil, nil
	for i := range same.gold {
		same.gold[i] = []int{2}
	}
	for i := range right.gold {
		right.predicted[i] = right.gold[i][0]
		wrong.gold[i] = slices.DeleteFunc(slices.Clone(wrong.gold[i]), func(l int) bool { return l == 3 })
		if len(wrong.gold[i]) == 0 {
			wrong.gold[i] = []int{0}
		}
		wrong.predicted[i] = 3
	}
	for name, test := range map[string]struct {
		sample sample
		want   []string
	}{
		"one note":       {one, []string{"no text was truncated", "the model counts no tokens", "a single note has no interval"}},
		"one class":      {same, []string{"fewer than two classes have test texts"}},
		"all right":      {right, []string{"none of the texts is misread", "no text is misread"}},
		"all wrong":      {wrong, []string{"every one of the rows is misread", "no wrong row has another label of its text as the predicted one"}},
		"nothing to add": {untrained, []string{"the model counts no tokens", "no test text is filed under a label that names a kind of document", "no test text is filed under a label with over 50 training texts"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := analyse(t, test.sample.input(), quick)
			data, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range test.want {
				if !strings.Contains(string(data), want) {
					t.Errorf("nothing says %q", want)
				}
			}
			undefined(t, name, reflect.ValueOf(*a))
			for _, p := range a.Patterns() {
				for _, r := range Readings() {
					if j := p.Of(r); j.Verdict == "" || j.Words == "" || len(j.Findings) == 0 {
						t.Errorf("%s, %s: %+v", p.Key, r, j)
					}
				}
			}
		})
	}
}

// undefined walks over a value and reports estimates that lack a number without a reason.
func undefined(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	if e, ok := v.Interface().(Estimate); ok {
		if (e.Value == nil || e.Low == nil) && e.Reason == "" {
			t.Errorf("%s is undefined without a reason", path)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			undefined(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			undefined(t, path, v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			undefined(t, path, v.Elem())
		}
	default:
	}
}

func TestRunRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(in *Input, o *Options)
		want   []string
	}{
		"another corpus":     {func(in *Input, _ *Options) { in.Test.CorpusHash = "old-hash" }, []string{`"old-hash"`, `"corpus-hash"`, "predict this corpus"}},
		"a text too many":    {func(in *Input, _ *Options) { in.Test.Predictions[3].NoteID = "n9999" }, []string{`no text "n9999"`}},
		"other labels":       {func(in *Input, _ *Options) { in.Test.Predictions[3].Gold = []int{0, 1, 2, 3} }, []string{"n0003", "filed under"}},
		"an unknown label":   {func(in *Input, _ *Options) { in.Test.Labels[2] = "renamed" }, []string{`the model does not know the label "label 02"`}},
		"a document label":   {func(in *Input, _ *Options) { in.DocumentLabels = []string{"label 3"} }, []string{`no label "label 3"`, `nearest is "label 03"`}},
		"a training label":   {func(in *Input, _ *Options) { in.Train = [][]int{{77}} }, []string{"training text 1", "77"}},
		"no predictions":     {func(in *Input, _ *Options) { in.Test.Predictions = nil }, []string{"no predictions"}},
		"no gold label":      {func(in *Input, _ *Options) { in.Test.Predictions[0].Gold = nil }, []string{"n0000", "no gold label"}},
		"no logits":          {func(_ *Input, o *Options) { o.Temperature = 2 }, []string{"no logits"}},
		"a negative support": {func(_ *Input, o *Options) { o.MinSupport = -1 }, []string{"minimum support of -1"}},
		"an unknown field":   {func(_ *Input, o *Options) { o.SearchFields = []Field{"lenght"} }, []string{`no field "lenght"`, `nearest is "length"`}},
		"one resample":       {func(_ *Input, o *Options) { o.Bootstrap.Resamples = 1 }, []string{"too few"}},
		"two rows of one text": {func(in *Input, _ *Options) {
			in.Corpus.Rows = append(slices.Clone(in.Corpus.Rows), corpus.Row{ID: "again", Note: 2, Label: "label 00"})
			in.Test.Predictions[3].NoteID = "again"
		}, []string{`"n0002" and "again" are rows of one text`}},
	} {
		t.Run(name, func(t *testing.T) {
			in, options := random(12, 5, 6).input(), quick
			test.change(&in, &options)
			_, err := Run(in, options)
			testkit.Refused(t, name, err, append(test.want, "erroranalysis: ")...)
		})
	}
}

func TestCaseUnknown(t *testing.T) {
	a := analyse(t, random(12, 5, 6).input(), quick)
	_, err := a.Case("x")
	testkit.Refused(t, "an unknown text", err, `no text "x" among the 12`)
}
