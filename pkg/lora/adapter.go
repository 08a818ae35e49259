package lora

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/weights"
)

// Adapter is the low-rank matrices of the adapted layers and the heads that were trained with them.
type Adapter struct {
	Config   Config
	Sites    []Site                    // the adapted layers, in the model's order
	Matrices map[string]weights.Tensor // two for each site, by name: A(module) [r, in] and B(module) [out, r]
	Heads    map[string]weights.Tensor // PEFT's modules_to_save, by the model's own names, such as classifier.weight
}

// AName returns the tensor name of a module's down-projection, [r, in].
func AName(module string) string { return module + ".lora_A.weight" }

// BName returns the tensor name of a module's up-projection, [out, r].
func BName(module string) string { return module + ".lora_B.weight" }

// PairNames lists the tensor names of the matrices on the given sites, in their order, A before B.
func PairNames(sites []Site) []string {
	var names []string
	for _, s := range sites {
		names = append(names, AName(s.Module), BName(s.Module))
	}
	return names
}

// New returns an adapter as PEFT initialises it: A kaiming-uniform with a = sqrt(5), which is U(-1/sqrt(in), 1/sqrt(in)), and B
// zero, so that the adapted model equals its base. The same seed gives the same adapter on every machine. It fails as
// [Config.Check] and [Config.Select] do.
func New(config Config, sites []Site, others []string, seed uint64) (*Adapter, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	selected, err := config.Select(sites, others)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, 0x6c6f7261)) // "lora": other random numbers than the head's for one seed
	a := &Adapter{Config: config, Sites: selected, Matrices: make(map[string]weights.Tensor), Heads: make(map[string]weights.Tensor)}
	for _, s := range selected {
		down := weights.New(config.Rank, s.In)
		bound := 1 / math.Sqrt(float64(s.In))
		for i := range down.Data {
			down.Data[i] = float32((2*rng.Float64() - 1) * bound)
		}
		a.Matrices[AName(s.Module)], a.Matrices[BName(s.Module)] = down, weights.New(s.Out, config.Rank)
	}
	return a, nil
}

// Adapts says whether the adapter sits on the module.
func (a *Adapter) Adapts(module string) bool {
	return slices.ContainsFunc(a.Sites, func(s Site) bool { return s.Module == module })
}

// Parameters returns the number of parameters in the low-rank matrices and in the heads.
func (a *Adapter) Parameters() (pairs, heads int) {
	for _, t := range a.Matrices {
		pairs += t.Size()
	}
	for _, t := range a.Heads {
		heads += t.Size()
	}
	return pairs, heads
}

// Merge returns the weight [out, in] of a module with the update added, W + scale B A, summed in float64. The input is not changed,
// so merging again from the same base gives the same weights. It fails for a module without an adapter and for a weight of another
// shape.
func (a *Adapter) Merge(module string, weight weights.Tensor) (weights.Tensor, error) {
	down, up := a.Matrices[AName(module)], a.Matrices[BName(module)] // [r, in], [out, r]
	rank := a.Config.Rank
	if len(down.Shape) != 2 || len(up.Shape) != 2 {
		return weights.Tensor{}, fmt.Errorf("%s carries no adapter", module)
	}
	out, in := up.Shape[0], down.Shape[1]
	if !slices.Equal(weight.Shape, []int{out, in}) {
		return weights.Tensor{}, fmt.Errorf("%s has a weight of shape %v, the adapter was made for %v", module, weight.Shape, []int{out, in})
	}
	merged := weight.Clone()
	scale := a.Config.Scale()
	row := make([]float64, in)
	for o := range out {
		clear(row)
		for r := range rank {
			u := float64(up.Data[o*rank+r])
			for i, d := range down.Data[r*in : (r+1)*in] {
				row[i] += u * float64(d)
			}
		}
		for i, v := range row {
			merged.Data[o*in+i] = float32(float64(merged.Data[o*in+i]) + scale*v)
		}
	}
	return merged, nil
}

// fileKey is the key of a tensor of the model in PEFT's file.
func fileKey(name string) string { return "base_model.model." + name }

// modelName is the inverse of fileKey; ok says whether key has PEFT's prefix.
func modelName(key string) (name string, ok bool) { return strings.CutPrefix(key, "base_model.model.") }
