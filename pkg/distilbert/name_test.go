package distilbert

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
)

// base is distilbert-base-uncased's shape.
var base = Config{ModelType: "distilbert", VocabSize: 30522, MaxPositions: 512, Dim: 768, Layers: 6, Heads: 12, HiddenDim: 3072, InitializerRange: 0.02}

func TestCountsOfTheBaseModel(t *testing.T) {
	shapes := base.EncoderShapes()
	if got := Count(shapes); got != 66_362_880 {
		t.Errorf("the encoder has %d parameters", got)
	}
	embeddings := slices.DeleteFunc(slices.Clone(shapes), func(s Shape) bool { return !strings.HasPrefix(s.Name, "embeddings.") })
	if got := Count(embeddings); got != 23_835_648 {
		t.Errorf("the embeddings have %d parameters", got)
	}
	last := slices.DeleteFunc(slices.Clone(shapes), func(s Shape) bool { return !strings.HasPrefix(s.Name, "transformer.layer.5.") })
	if got := Count(last); got != 7_087_872 {
		t.Errorf("a layer has %d parameters", got)
	}
	if got := Count(base.HeadShapes(40)); got != 621_352 {
		t.Errorf("the head for 40 classes has %d parameters", got)
	}
}

func TestLinearsAreTheModulesOfTheShapes(t *testing.T) {
	dims := make(map[string][]int)
	for _, s := range base.EncoderShapes() {
		if _, twice := dims[s.Name]; twice {
			t.Errorf("%s is listed twice", s.Name)
		}
		dims[s.Name] = s.Dims
	}
	linears := base.Linears()
	if len(linears) != 36 {
		t.Errorf("%d linear layers, want 6 in each of 6 layers", len(linears))
	}
	for _, name := range linears {
		out, in := base.LinearDims(name)
		if !slices.Equal(dims[name+".weight"], []int{out, in}) || !slices.Equal(dims[name+".bias"], []int{out}) {
			t.Errorf("%s is [%d, %d], its tensors %v and %v", name, out, in, dims[name+".weight"], dims[name+".bias"])
		}
	}
}

func TestNewHeadIsTransformersInitialisation(t *testing.T) {
	head := base.NewHead(40, 7)
	for _, s := range base.HeadShapes(40) {
		got := head[s.Name]
		if !slices.Equal(got.Shape, s.Dims) {
			t.Fatalf("%s has shape %v, want %v", s.Name, got.Shape, s.Dims)
		}
		var sum, squares float64
		for _, v := range got.Data {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		n := float64(got.Size())
		if strings.HasSuffix(s.Name, ".bias") {
			if squares != 0 {
				t.Errorf("%s is not zero", s.Name)
			}
			continue
		}
		// Five standard errors of the mean and of the standard deviation of N(0, 0.02).
		if mean := sum / n; math.Abs(mean) > 5*0.02/math.Sqrt(n) {
			t.Errorf("%s has mean %g", s.Name, mean)
		}
		if deviation := math.Sqrt(squares / n); math.Abs(deviation-0.02) > 5*0.02/math.Sqrt(2*n) {
			t.Errorf("%s has standard deviation %g", s.Name, deviation)
		}
	}
	modelkit.SameTensors(t, "the same seed", base.NewHead(40, 7), head)
	if other := base.NewHead(40, 8); slices.Equal(other["classifier.weight"].Data, head["classifier.weight"].Data) {
		t.Error("another seed gives the same head")
	}
}
