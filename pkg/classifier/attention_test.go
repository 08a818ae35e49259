package classifier

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestFirstPositionEqualsTheWholeEncoders(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	for _, name := range backends {
		m := openTiny(t, "adapter-all")
		exec, err := model.NewExec(modelkit.Backend(t, OpenBackend, name), m.Store, func(scope *model.Scope, ids, mask *graph.Node) []*graph.Node {
			net := m.net(scope, ids.Graph(), nil)
			all := graph.Slice(net.Encode(ids, mask), graph.AxisRange(), graph.AxisElem(0)) // [batch, 1, dim]
			return []*graph.Node{all, net.EncodeFirst(ids, mask)}
		})
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Call(g.Batches[0].IDs, g.Batches[0].Mask)
		if err != nil {
			t.Fatal(err)
		}
		testkit.NearAll(t, name, flat(t, out[1]), flat(t, out[0]), 1e-5)
	}
}

// The attention's gradient is written by hand. Along itself it has to be the slope of the loss, dropout's masks being those of one
// step; the loss's differences are exact to about 1e-7 / (2 step), and the loss bends by step^2.
func TestAttentionGradientIsTheLossesSlope(t *testing.T) {
	const step = 1e-2
	var names []string
	for _, module := range []string{"q_lin", "k_lin", "v_lin"} {
		names = append(names, "transformer.layer.0.attention."+module+".weight")
	}
	b := testkit.ReadJSON[golden](t, "testdata", "golden.json").Batches[0]
	for _, backend := range backends {
		m := openTiny(t, "")
		m.Config.AttentionDropout = 0.3
		exec, err := model.NewExec(modelkit.Backend(t, OpenBackend, backend), m.Store, func(scope *model.Scope, ids, mask *graph.Node) []*graph.Node {
			logits := m.Logits(scope, ids, mask, NewDropout(graph.Const(ids.Graph(), int32(1)), 7))
			loss := graph.ReduceAllSum(graph.Square(logits))
			var params []*graph.Node
			for _, name := range names {
				params = append(params, scope.Store().Scope(scopeName).GetVariable(name).NodeValue(ids.Graph()))
			}
			return append([]*graph.Node{loss}, graph.Gradient(loss, params...)...)
		})
		if err != nil {
			t.Fatal(err)
		}
		pass := func() (loss float64, gradients [][]float32) {
			out, err := exec.Call(b.IDs, b.Mask)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range out[1:] {
				gradients = append(gradients, flat(t, o))
			}
			return float64(flat(t, out[0])[0]), gradients
		}
		_, gradients := pass()
		for i, name := range names {
			start, err := m.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			var norm float64
			for _, v := range gradients[i] {
				norm += float64(v) * float64(v)
			}
			norm = math.Sqrt(norm)
			at := func(distance float64) float64 {
				moved := start.Clone()
				for j, v := range gradients[i] {
					moved.Data[j] += float32(distance * float64(v) / norm)
				}
				if err := m.SetTensor(name, moved); err != nil {
					t.Fatal(err)
				}
				loss, _ := pass()
				return loss
			}
			slope := (at(step) - at(-step)) / (2 * step)
			at(0)
			if norm < 1e-3 || math.Abs(slope-norm) > 1e-2*norm {
				t.Errorf("%s, %s: the slope along the gradient is %v, the gradient's norm %v", backend, name, slope, norm)
			}
		}
	}
}
