package distilbert

import (
	"math/rand/v2"

	"github.com/specialist-nlp/specialist/pkg/weights"
)

// NewHead returns a newly initialised classification head, by the names and in the shapes of [Config.HeadShapes]: weights from
// N(0, initializer_range), biases 0, as in transformers. The same seed gives the same head on every machine.
func (c Config) NewHead(classes int, seed uint64) map[string]weights.Tensor {
	rng := rand.New(rand.NewPCG(seed, 0x68656164)) // "head": other random numbers than the adapter's for one seed
	head := make(map[string]weights.Tensor)
	for _, s := range c.HeadShapes(classes) {
		t := weights.New(s.Dims...)
		if len(s.Dims) == 2 {
			for i := range t.Data {
				t.Data[i] = float32(rng.NormFloat64() * c.InitializerRange)
			}
		}
		head[s.Name] = t
	}
	return head
}
