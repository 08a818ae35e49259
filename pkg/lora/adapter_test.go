package lora

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

var plain = Config{Rank: 4, Alpha: 8, Dropout: 0.1, TargetModules: []string{"q_lin", "lin1", "lin2"}, TaskType: "SEQ_CLS", Base: "tiny"}

func newAdapter(t *testing.T, config Config, seed uint64) *Adapter {
	t.Helper()
	a, err := New(config, sites(), others, seed)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNewStartsAtTheBase(t *testing.T) {
	// Wide layers, so that a range can be told from a slightly smaller one.
	wide := []Site{{"distilbert.a.q_lin", 50, 400}, {"distilbert.b.q_lin", 400, 100}}
	config := Config{Rank: 32, Alpha: 64, TargetModules: []string{"q_lin"}}
	a, err := New(config, wide, nil, 3)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(PairNames(a.Sites), []string{AName(wide[0].Module), BName(wide[0].Module), AName(wide[1].Module), BName(wide[1].Module)}) || len(a.Matrices) != 4 {
		t.Errorf("the pairs are %v", PairNames(a.Sites))
	}
	for _, s := range wide {
		down, up := a.Matrices[AName(s.Module)], a.Matrices[BName(s.Module)]
		if !slices.Equal(down.Shape, []int{32, s.In}) || !slices.Equal(up.Shape, []int{s.Out, 32}) {
			t.Fatalf("%s: A %v, B %v", s.Module, down.Shape, up.Shape)
		}
		if slices.ContainsFunc(up.Data, func(v float32) bool { return v != 0 }) {
			t.Errorf("%s: B is not zero, so step 0 is not the base", s.Module)
		}
		bound := 1 / math.Sqrt(float64(s.In))
		var sum, squares, largest float64
		for _, v := range down.Data {
			sum += float64(v)
			squares += float64(v) * float64(v)
			largest = max(largest, math.Abs(float64(v)))
		}
		n := float64(down.Size())
		if largest > bound || largest < 0.99*bound {
			t.Errorf("%s: A reaches to %g, uniform within %g is wanted", s.Module, largest, bound)
		}
		// Five standard errors: a uniform variable has variance bound^2/3, its square variance 4 bound^4/45.
		if mean := sum / n; math.Abs(mean) > 5*bound/math.Sqrt(3*n) {
			t.Errorf("%s: A has mean %g", s.Module, mean)
		}
		if variance := squares / n; math.Abs(variance-bound*bound/3) > 5*bound*bound*math.Sqrt(4/(45*n)) {
			t.Errorf("%s: A has variance %g, want %g", s.Module, variance, bound*bound/3)
		}
	}
}

func TestNewIsSeeded(t *testing.T) {
	a, again, other := newAdapter(t, plain, 1), newAdapter(t, plain, 1), newAdapter(t, plain, 2)
	for _, s := range a.Sites {
		name := AName(s.Module)
		if !slices.Equal(a.Matrices[name].Data, again.Matrices[name].Data) {
			t.Errorf("%s: the same seed gives another adapter", name)
		}
		if slices.Equal(a.Matrices[name].Data, other.Matrices[name].Data) {
			t.Errorf("%s: another seed gives the same adapter", name)
		}
	}
	if slices.Equal(a.Matrices[AName(a.Sites[0].Module)].Data, a.Matrices[AName(a.Sites[1].Module)].Data[:32]) {
		t.Error("two layers start with the same values")
	}
}

func TestNewRefusesWhatCannotBe(t *testing.T) {
	for what, change := range map[string]func(*Config){
		"r":              func(c *Config) { c.Rank = 0 },
		"lora_alpha":     func(c *Config) { c.Alpha = math.NaN() },
		"lora_dropout":   func(c *Config) { c.Dropout = math.NaN() },
		"target_modules": func(c *Config) { c.TargetModules = nil },
		"matches none":   func(c *Config) { c.TargetModules = []string{"query"} },
	} {
		c := plain
		change(&c)
		_, err := New(c, sites(), others, 1)
		testkit.Refused(t, what, err, what)
	}
}

func TestAdapts(t *testing.T) {
	a := newAdapter(t, plain, 1)
	for _, s := range sites() {
		_, listed := a.Matrices[AName(s.Module)]
		if a.Adapts(s.Module) != listed {
			t.Errorf("%s: Adapts is %v", s.Module, a.Adapts(s.Module))
		}
	}
	if a.Adapts("q_lin") || a.Adapts("") {
		t.Error("Adapts takes part of a name")
	}
}

func TestParametersOfTheBaseModelsAdapter(t *testing.T) {
	var square []Site
	for i := range 6 {
		for _, m := range []string{"q_lin", "k_lin", "v_lin", "out_lin"} {
			square = append(square, Site{fmt.Sprintf("distilbert.transformer.layer.%d.attention.%s", i, m), 768, 768})
		}
	}
	base, err := New(Config{Rank: 16, Alpha: 32, TargetModules: []string{"q_lin", "v_lin"}}, square, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if pairs, heads := base.Parameters(); pairs != 294_912 || heads != 0 {
		t.Errorf("rank 16 on q_lin and v_lin of six layers of 768 has %d values, and %d in heads", pairs, heads)
	}
	a := newAdapter(t, plain, 1)
	a.Heads["classifier.weight"] = weights.New(5, 8)
	pairs, heads := a.Parameters()
	if want := 2 * (4*(8+8) + 4*(8+12) + 4*(12+8)); pairs != want || heads != 40 {
		t.Errorf("%d and %d values, want %d and 40", pairs, heads, want)
	}
}

// values draws a tensor of small numbers.
func values(r *rapid.T, label string, shape ...int) weights.Tensor {
	t := weights.New(shape...)
	for i := range t.Data {
		t.Data[i] = float32(rapid.IntRange(-64, 64).Draw(r, label)) / 16
	}
	return t
}

func TestMergeAddsTheScaledProduct(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.IntRange(1, 6)
		out, in, rank := size.Draw(r, "out"), size.Draw(r, "in"), size.Draw(r, "rank")
		a := &Adapter{
			Config:   Config{Rank: rank, Alpha: rapid.Float64Range(0.1, 64).Draw(r, "alpha"), RSLoRA: rapid.Bool().Draw(r, "rslora")},
			Matrices: map[string]weights.Tensor{AName("m"): values(r, "A", rank, in), BName("m"): values(r, "B", out, rank)},
		}
		base := values(r, "W", out, in)
		before := base.Clone()
		merged, err := a.Merge("m", base)
		if err != nil {
			r.Fatal(err)
		}
		if !slices.Equal(base.Data, before.Data) || !slices.Equal(merged.Shape, base.Shape) {
			r.Fatal("the base was changed")
		}
		scale := a.Config.Alpha / float64(rank)
		if a.Config.RSLoRA {
			scale = a.Config.Alpha / math.Sqrt(float64(rank))
		}
		for o := range out {
			for i := range in {
				want := float64(base.Data[o*in+i])
				for k := range rank {
					want += scale * float64(a.Matrices[BName("m")].Data[o*rank+k]) * float64(a.Matrices[AName("m")].Data[k*in+i])
				}
				if got := float64(merged.Data[o*in+i]); math.Abs(got-want) > 1e-6*max(1, math.Abs(want)) {
					r.Fatalf("[%d, %d] is %v, want %v", o, i, got, want)
				}
			}
		}
		again, err := a.Merge("m", base)
		if err != nil || !slices.Equal(again.Data, merged.Data) {
			r.Fatalf("merging again from the same base gives another weight (%v)", err)
		}
	})
}

func TestMergeRefusesWhatDoesNotFit(t *testing.T) {
	a := newAdapter(t, plain, 1)
	lin1 := "distilbert.transformer.layer.0.ffn.lin1" // [12, 8]
	for what, shape := range map[string][]int{"transposed": {8, 12}, "wider": {12, 16}, "flat": {96}, "of rank 3": {12, 8, 1}} {
		_, err := a.Merge(lin1, weights.New(shape...))
		testkit.Refused(t, what, err, lin1, "[12 8]")
	}
	_, err := a.Merge("distilbert.transformer.layer.0.attention.k_lin", weights.New(8, 8))
	testkit.Refused(t, "a layer without an adapter", err, "k_lin", "no adapter")
}

func TestMergeAtStep0IsTheBase(t *testing.T) {
	a := newAdapter(t, plain, 1)
	base := weights.New(12, 8)
	for i := range base.Data {
		base.Data[i] = float32(i) / 7
	}
	merged, err := a.Merge("distilbert.transformer.layer.1.ffn.lin1", base)
	if err != nil || !slices.Equal(merged.Data, base.Data) {
		t.Errorf("a fresh adapter changes the base (%v)", err)
	}
}
