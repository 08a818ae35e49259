package classifier

import (
	"path/filepath"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/internal/modelkit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// tolerance is relative to the largest value compared. A float64 run of the same sums differs from the float32 reference by up
// to 7e-7 after three steps, and both sides round differently; 1e-4 leaves room for a backend's own order of summation.
const tolerance = 1e-4

// backends are the two that every machine has.
var backends = []string{"xla:cpu", "go"}

type batch struct {
	Texts   []string    `json:"texts"`
	IDs     [][]int32   `json:"input_ids"`
	Mask    [][]int32   `json:"attention_mask"`
	Labels  []int32     `json:"labels"`
	Targets [][]float32 `json:"soft"`
}

type golden struct {
	Labels  []string               `json:"label_names"`
	Batches []batch                `json:"batches"`
	Logits  map[string][][]float32 `json:"logits"`
	Notes   []struct {
		Text      string               `json:"text"`
		IDs       []int32              `json:"input_ids"`
		Truncated bool                 `json:"truncated"`
		Logits    map[string][]float32 `json:"logits"`
	} `json:"notes"`
}

// openTiny puts the tiny base and one of its adapters together; an empty adapter means none.
func openTiny(t *testing.T, adapter string) *Model {
	t.Helper()
	base, err := distilbert.Load("testdata/tiny")
	if err != nil {
		t.Fatal(err)
	}
	var a *lora.Adapter
	if adapter != "" {
		a, err = lora.Read(filepath.Join("testdata", adapter), Sites(base.Config), OtherModules(), HeadNames(base.Config))
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := New(base, a, base.Config.Labels, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// forward runs the inference graph on one batch.
func forward(t *testing.T, backend compute.Backend, m *Model, b batch) []float32 {
	t.Helper()
	out, err := model.CallOnce(backend, m.Store, func(scope *model.Scope, ids, mask *graph.Node) *graph.Node {
		return m.Logits(scope, ids, mask, nil)
	}, b.IDs, b.Mask)
	if err != nil {
		t.Fatal(err)
	}
	return flat(t, out)
}

func flat(t *testing.T, value *tensors.Tensor) []float32 {
	t.Helper()
	data, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func concat(rows [][]float32) []float32 {
	var out []float32
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

func TestLogitsEqualTransformersAndPEFT(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	for _, name := range backends {
		backend := modelkit.Backend(t, OpenBackend, name)
		for _, adapter := range []string{"", "adapter-qv", "adapter-all"} {
			key := adapter
			if key == "" {
				key = "base"
			}
			m := openTiny(t, adapter)
			testkit.NearAll(t, name+" "+key, forward(t, backend, m, g.Batches[0]), concat(g.Logits[key]), tolerance)
		}
	}
}

func TestNotesAloneGiveTheirOwnLogits(t *testing.T) {
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	backend := modelkit.Backend(t, OpenBackend, "go") // every note has its own length, and so its own graph: XLA would compile each
	for _, note := range g.Notes {
		mask := make([]int32, len(note.IDs))
		for i := range mask {
			mask[i] = 1
		}
		for adapter, want := range note.Logits {
			folder := adapter
			if adapter == "base" {
				folder = ""
			}
			got := forward(t, backend, openTiny(t, folder), batch{IDs: [][]int32{note.IDs}, Mask: [][]int32{mask}})
			testkit.NearAll(t, adapter+" "+note.Text, got, want, tolerance)
		}
	}
}

func TestHiddenStatesOfAFoldedBERT(t *testing.T) {
	want, err := weights.Open("testdata/hidden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	g := testkit.ReadJSON[golden](t, "testdata", "golden.json")
	for _, folder := range []string{"tiny", "tiny-bert"} {
		base, err := distilbert.Load(filepath.Join("testdata", folder))
		if err != nil {
			t.Fatal(err)
		}
		hidden, err := want.Tensor(folder, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range backends {
			m, err := New(base, nil, g.Labels, 1)
			if err != nil {
				t.Fatal(err)
			}
			out, err := model.CallOnce(modelkit.Backend(t, OpenBackend, name), m.Store, func(scope *model.Scope, ids, mask *graph.Node) *graph.Node {
				return m.net(scope, ids.Graph(), nil).Encode(ids, mask)
			}, g.Batches[0].IDs, g.Batches[0].Mask)
			if err != nil {
				t.Fatal(err)
			}
			// Padding positions hold whatever attention made of them and no one reads them.
			got, wanted, dim := flat(t, out), hidden.Data, base.Config.Dim
			for i, row := range g.Batches[0].Mask {
				for j, on := range row {
					if on == 0 {
						at := (i*len(row) + j) * dim
						copy(got[at:at+dim], wanted[at:at+dim])
					}
				}
			}
			testkit.NearAll(t, name+" "+folder, got, wanted, tolerance)
		}
	}
}
