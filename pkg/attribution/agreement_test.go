package attribution

import (
	"math"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

// ranked is a note whose words weigh what is given.
func ranked(id string, values ...float64) Attribution {
	words := make([]word, len(values))
	for i := range words {
		words[i].Start, words[i].End = 2*i, 2*i+1
	}
	a := Attribution{NoteID: id, Label: "Surgery"}
	a.setSpans(words, values)
	return a
}

// The expected values are scipy.stats.spearmanr's.
func TestCompareIsSpearmansRankCorrelation(t *testing.T) {
	a := []Attribution{
		ranked("same", 1, -2, 3, 0.5), ranked("reversed", 1, -2, 3, 0.5), ranked("ties", 1, 2, 2, 3, -1), ranked("mixed", .3, -.1, .4, .15, -.9),
		ranked("short", 1, 2), ranked("constant", 1, 1, 1),
	}
	b := []Attribution{
		ranked("same", 10, -9, 11, 0.1), ranked("reversed", -1, 2, -3, -0.5), ranked("ties", 5, 1, 7, 7, 0), ranked("mixed", .2, .7, .1, -.8, -.2),
		ranked("short", 1, 2), ranked("constant", 1, 2, 3),
	}
	want := []float64{1, -1, 0.7631578947368421, 0.1, math.NaN(), math.NaN()}
	g, err := Compare(a, b)
	if err != nil {
		t.Fatal(err)
	}
	for i, rho := range want {
		if got := g.Notes[i]; math.Abs(got-rho) > 1e-12 || math.IsNaN(got) != math.IsNaN(rho) {
			t.Errorf("note %q: %v, want %v", a[i].NoteID, got, rho)
		}
	}
	testkit.NearAll(t, "mean, median, lowest", []float64{g.Mean, g.Median, g.Lowest}, []float64{(0.7631578947368421 + 0.1) / 4, (0.7631578947368421 + 0.1) / 2, -1}, 1e-12)
	if g.Defined != 4 {
		t.Errorf("%d are defined, want 4", g.Defined)
	}
	if g, err = Compare(a[4:], b[4:]); err != nil || g.Defined != 0 || !math.IsNaN(g.Mean) || !math.IsNaN(g.Median) || !math.IsNaN(g.Lowest) {
		t.Errorf("without a defined correlation: %+v, %v", g, err)
	}
}

func TestCompareRefuses(t *testing.T) {
	one := func(change func(*Attribution)) []Attribution {
		a := ranked("n1", 1, 2, 3)
		change(&a)
		return []Attribution{a}
	}
	plain := one(func(*Attribution) {})
	for what, test := range map[string]struct {
		other []Attribution
		says  string
	}{
		"a note less":   {nil, "1 and 0"},
		"another note":  {one(func(a *Attribution) { a.NoteID = "n2" }), `"n2"`},
		"another text":  {one(func(a *Attribution) { a.TextSHA256 = "0" }), "same notes"},
		"another label": {one(func(a *Attribution) { a.Label = "Urology" }), `"Urology"`},
		"other words":   {one(func(a *Attribution) { a.Spans[1].End++ }), "words differ"},
	} {
		_, err := Compare(plain, test.other)
		testkit.Refused(t, what, err, test.says)
	}
}

// Masking a word is what gradient x input and integrated gradients estimate: where the model is nearly linear in a word, all agree.
func TestMethodsAgreeOnASteadyModel(t *testing.T) {
	backend := modelkit.Backend(t, classifier.OpenBackend, "go")
	c := openModel(t, adapterAll)
	table, err := c.Tensor(wordTable)
	if err != nil {
		t.Fatal(err)
	}
	for i := range table.Data {
		table.Data[i] *= 0.005 // words differ little, so that the logit is nearly linear between them
	}
	if err := c.SetTensor(wordTable, table); err != nil {
		t.Fatal(err)
	}
	note := Note{ID: "n", Text: "Denies cardiac history; left knee arthroscopy under anesthesia, appendectomy noted."}
	occluded := attribute(t, newAttributor(t, backend, c, Options{Method: Occlusion}), note)
	for _, o := range []Options{{Method: GradientInput}, {Method: IntegratedGradients, Steps: 3}} {
		g, err := Compare(occluded, attribute(t, newAttributor(t, backend, c, o), note))
		if err != nil {
			t.Fatal(err)
		}
		if g.Mean < 0.95 {
			t.Errorf("%s and occlusion correlate by %.3f", o.Method, g.Mean)
		}
	}
}
