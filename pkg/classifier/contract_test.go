package classifier

import (
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// everyLinear adapts all six linear layers of a block.
var everyLinear = lora.Config{Rank: 2, Alpha: 6, RSLoRA: true, TaskType: "SEQ_CLS", TargetModules: []string{"q_lin", "k_lin", "v_lin", "out_lin", "lin1", "lin2"}}

// compile prepares the inference graph, so that calls of one shape share one compilation. It reads the model's tensors as they
// are at each call.
func compile(t *testing.T, backend compute.Backend, m *Model) func(ids, mask [][]int32) []float32 {
	t.Helper()
	exec, err := model.NewExec(backend, m.Store, func(scope *model.Scope, ids, mask *graph.Node) *graph.Node {
		return m.Logits(scope, ids, mask, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(ids, mask [][]int32) []float32 {
		t.Helper()
		out, err := exec.Call1(ids, mask)
		if err != nil {
			t.Fatal(err)
		}
		return flat(t, out)
	}
}

// put replaces the model's tensors by others of the same shapes.
func put(t *testing.T, m *Model, tensors map[string]weights.Tensor) {
	t.Helper()
	for name, tensor := range tensors {
		if err := m.SetTensor(name, tensor); err != nil {
			t.Fatal(err)
		}
	}
}

func merged(t *testing.T, m *Model) *distilbert.Weights {
	t.Helper()
	w, err := m.Merged()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fresh puts an untrained adapter on the tiny base.
func fresh(t *testing.T) *Model {
	t.Helper()
	base, err := distilbert.Load("testdata/tiny")
	if err != nil {
		t.Fatal(err)
	}
	adapter, err := lora.New(everyLinear, Sites(base.Config), OtherModules(), 11)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(base, adapter, base.Config.Labels, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// half reads one of tiny's half-precision files beside tiny's configuration.
func half(t *testing.T, folder string) map[string]weights.Tensor {
	t.Helper()
	dir := copyFolder(t, "tiny", nil)
	testkit.WriteFile(t, filepath.Join(dir, "model.safetensors"), testkit.ReadFile(t, "testdata", folder, "model.safetensors"))
	w, err := distilbert.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return w.Tensors
}

func TestContracts(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	b := g.Batches[0]
	for _, name := range backends {
		t.Run(name, func(t *testing.T) {
			backend := modelkit.Backend(t, OpenBackend, name)
			plain := openTiny(t, "")
			base, err := plain.copyTensors(slices.Sorted(maps.Keys(merged(t, plain).Tensors)))
			if err != nil {
				t.Fatal(err)
			}
			run := compile(t, backend, plain)
			adapted := fresh(t)

			t.Run("step 0 equals the base", func(t *testing.T) {
				testkit.NearAll(t, "fresh", compile(t, backend, adapted)(b.IDs, b.Mask), run(b.IDs, b.Mask), 1e-6)
			})
			t.Run("halves equal transformers", func(t *testing.T) {
				for _, kind := range []string{"f16", "bf16"} {
					put(t, plain, half(t, "tiny-"+kind))
					testkit.NearAll(t, kind, run(b.IDs, b.Mask), concat(g.Logits["base-"+kind]), tolerance)
				}
			})
			t.Run("merged equals unmerged", func(t *testing.T) {
				for _, folder := range []string{"adapter-qv", "adapter-all"} {
					put(t, plain, merged(t, openTiny(t, folder)).Tensors)
					got := run(b.IDs, b.Mask)
					testkit.NearAll(t, folder, got, concat(g.Logits[folder+"-merged"]), tolerance)
					testkit.NearAll(t, folder+" unmerged", got, concat(g.Logits[folder]), tolerance)
				}
			})
			put(t, plain, base)
			t.Run("padding changes nothing", func(t *testing.T) { paddingChangesNothing(t, run, g) })
		})
	}
}

// paddingChangesNothing compares a note alone with the same note in padded batches, and looks at rows of padding alone.
func paddingChangesNothing(t *testing.T, run func(ids, mask [][]int32) []float32, g golden) {
	b := g.Batches[0]
	want := run(b.IDs, b.Mask)
	classes := len(g.Labels)

	ids := make([][]int32, len(b.IDs))
	shortest, at := len(b.IDs[0]), 0
	for i, row := range b.IDs { // other words under the padding
		ids[i] = slices.Clone(row)
		tokens := 0
		for j, on := range b.Mask[i] {
			if on == 0 {
				ids[i][j] = int32(5 + (7*i+3*j)%170)
			} else {
				tokens++
			}
		}
		if tokens < shortest {
			shortest, at = tokens, i
		}
	}
	if shortest == len(b.IDs[0]) {
		t.Fatal("no row of the batch is padded")
	}
	testkit.NearAll(t, "other words under the padding", run(ids, b.Mask), want, 1e-6)

	alone := run([][]int32{b.IDs[at][:shortest]}, [][]int32{b.Mask[at][:shortest]})
	testkit.NearAll(t, "a note alone", alone, want[at*classes:(at+1)*classes], 1e-5)

	mask := [][]int32{b.Mask[0], make([]int32, len(b.Mask[1])), b.Mask[2], make([]int32, len(b.Mask[3]))}
	got := run(b.IDs, mask)
	for i, v := range got {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			t.Fatalf("logit %d of a batch with rows of padding alone is %v", i, v)
		}
	}
	for _, row := range []int{0, 2} {
		testkit.NearAll(t, "beside rows of padding", got[row*classes:(row+1)*classes], want[row*classes:(row+1)*classes], 1e-6)
	}
}

// Training normalises the softmax at another place than inference; without dropout the two are one function.
func TestTrainingWithoutDropoutEqualsInference(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	padded := [][]int32{g.Batches[0].Mask[0], g.Batches[0].Mask[1], g.Batches[0].Mask[2], make([]int32, 16)}
	for _, name := range backends {
		m := openTiny(t, "adapter-all")
		m.Config.Dropout, m.Config.AttentionDropout, m.Config.ClassifierDropout = 0, 0, 0
		m.Adapter.Config.Dropout = 0
		out, err := model.CallOnce(modelkit.Backend(t, OpenBackend, name), m.Store, func(scope *model.Scope, ids, mask *graph.Node) *graph.Node {
			return m.Logits(scope, ids, mask, NewDropout(graph.Const(ids.Graph(), int32(1)), 7))
		}, g.Batches[0].IDs, padded)
		if err != nil {
			t.Fatal(err)
		}
		got := flat(t, out)
		testkit.NearAll(t, name, got[:15], concat(g.Logits["adapter-all"][:3]), tolerance)
		for _, v := range got[15:] {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("%s: a row of padding alone has the logit %v", name, v)
			}
		}
	}
}

func TestOnlyAdapterAndHeadAreTrained(t *testing.T) {
	head := []string{"classifier.bias", "classifier.weight", "pre_classifier.bias", "pre_classifier.weight"}
	for folder, modules := range map[string][]string{
		"": nil, "adapter-qv": {"attention.q_lin", "attention.v_lin"},
		"adapter-all": {"attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "ffn.lin1", "ffn.lin2"},
	} {
		want := slices.Clone(head)
		for _, module := range modules {
			for layer := range 2 {
				for _, side := range []string{"A", "B"} {
					want = append(want, fmt.Sprintf("distilbert.transformer.layer.%d.%s.lora_%s.weight", layer, module, side))
				}
			}
		}
		slices.Sort(want)
		m := openTiny(t, folder)
		if got := m.TrainableNames(); !slices.Equal(got, want) {
			t.Errorf("%q trains %v, want %v", folder, got, want)
		}
		values := 0
		trained, err := m.Trained()
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range trained {
			values += tensor.Size()
		}
		trainable, total := m.Parameters()
		if trainable != values || total != trainable+distilbert.Count(m.Config.EncoderShapes()) {
			t.Errorf("%q: %d of %d values are trained, %d counted", folder, trainable, total, values)
		}
		m.SetTrainable(TrainAll)
		if all, total := m.Parameters(); all != total {
			t.Errorf("%q: full fine-tuning trains %d of %d values", folder, all, total)
		}
		m.SetTrainable(TrainAdapter)
		if got := m.TrainableNames(); !slices.Equal(got, want) {
			t.Errorf("%q trains %v after full fine-tuning, want %v", folder, got, want)
		}
	}
}

func TestMergingIsIdempotent(t *testing.T) {
	for _, folder := range []string{"", "adapter-qv", "adapter-all"} {
		m := openTiny(t, folder)
		before := merged(t, openTiny(t, ""))
		once, twice := merged(t, m), merged(t, m)
		modelkit.SameTensors(t, folder+" merged twice", twice.Tensors, once.Tensors)
		again, err := New(once, nil, once.Config.Labels, 1)
		if err != nil {
			t.Fatal(err)
		}
		modelkit.SameTensors(t, folder+" merged, then merged without an adapter", merged(t, again).Tensors, once.Tensors)
		for name, tensor := range once.Tensors {
			module := "distilbert." + strings.TrimSuffix(name, ".weight")
			want := !isHead(name) && m.Adapter != nil && strings.HasSuffix(name, ".weight") && m.Adapter.Adapts(module)
			if changed := !slices.Equal(tensor.Data, before.Tensors[name].Data); changed != want && !isHead(name) {
				t.Errorf("%q: merging changes %s: %v, want %v", folder, name, changed, want)
			}
		}
		if !once.HasHead || once.Classes != 5 || !slices.Equal(once.Config.Labels, m.Labels) || once.Config.ModelType != "distilbert" {
			t.Errorf("%q: merged it is a %s with %d classes, labels %v", folder, once.Config.ModelType, once.Classes, once.Config.Labels)
		}
	}
}

func TestMergingAFreshAdapterGivesTheBase(t *testing.T) {
	modelkit.SameTensors(t, "a fresh adapter", merged(t, fresh(t)).Tensors, merged(t, openTiny(t, "")).Tensors)
}

func TestMergedModelIsSavedAndOpened(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	backend := modelkit.Backend(t, OpenBackend, "go")
	for _, folder := range []string{"adapter-qv", "adapter-all"} {
		c, err := Open("testdata/tiny", filepath.Join("testdata", folder))
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "merged")
		if err := distilbert.Save(dir, merged(t, c.Model), c.BaseDir); err != nil {
			t.Fatal(err)
		}
		got, err := Open(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		testkit.NearAll(t, folder, forward(t, backend, got.Model, g.Batches[0]), concat(g.Logits[folder+"-merged"]), tolerance)
		if !slices.Equal(got.Labels, g.Labels) || len(got.Notices) != 0 {
			t.Errorf("%s: labels %v, notices %v", folder, got.Labels, got.Notices)
		}
	}
}

func TestSavingAndLoadingGivesTheSameLogits(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	base := copyFolder(t, "tiny", nil)
	for _, folder := range []string{"adapter-qv", "adapter-all"} {
		c, err := Open(base, filepath.Join("testdata", folder))
		if err != nil {
			t.Fatal(err)
		}
		// As after training: values that are nowhere but in the store.
		trained, err := c.Trained()
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range trained {
			for i := range tensor.Data {
				tensor.Data[i] *= 1.25
			}
		}
		put(t, c.Model, trained)
		if err := c.SetMaxLength(32); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "run", "adapter")
		if err := c.WriteAdapter(dir, true); err != nil {
			t.Fatal(err)
		}
		got, err := Open(base, dir)
		if err != nil {
			t.Fatal(err)
		}
		again, err := got.Trained()
		if err != nil {
			t.Fatal(err)
		}
		modelkit.SameTensors(t, folder, again, trained)
		if got.MaxLength != 32 || !got.Synthetic || !slices.Equal(got.Labels, c.Labels) || len(got.Notices) != 0 {
			t.Errorf("%s: %d tokens, synthetic %v, labels %v, notices %v", folder, got.MaxLength, got.Synthetic, got.Labels, got.Notices)
		}
		for _, name := range backends {
			backend := modelkit.Backend(t, OpenBackend, name)
			memory, disk := opened(t, base, filepath.Join("testdata", folder)), opened(t, base, dir)
			put(t, memory.Model, trained)
			want := forward(t, backend, memory.Model, g.Batches[0])
			testkit.NearAll(t, name+" "+folder, forward(t, backend, disk.Model, g.Batches[0]), want, 1e-7)
			if slices.Equal(want, concat(g.Logits[folder])) {
				t.Fatalf("%s: the trained values are not those that were run", folder)
			}
		}
	}
}
