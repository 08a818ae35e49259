package distilbert

import (
	"fmt"
	"regexp"
	"strings"
)

// Shape is a tensor's canonical name with the shape that the configuration gives it.
type Shape struct {
	Name string
	Dims []int
}

// layer is the module name of encoder layer i.
func layer(i int) string { return fmt.Sprintf("transformer.layer.%d", i) }

// Linears lists the module names of the encoder's linear layers in forward order: q, k, v and out of the attention, then lin1
// and lin2 of the feed-forward block, layer by layer.
func (c Config) Linears() []string {
	var names []string
	for i := range c.Layers {
		for _, m := range []string{"attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "ffn.lin1", "ffn.lin2"} {
			names = append(names, layer(i)+"."+m)
		}
	}
	return names
}

// LinearDims returns the output and the input size of one of Linears, whose weight is [out, in].
func (c Config) LinearDims(name string) (out, in int) {
	switch {
	case strings.HasSuffix(name, ".ffn.lin1"):
		return c.HiddenDim, c.Dim
	case strings.HasSuffix(name, ".ffn.lin2"):
		return c.Dim, c.HiddenDim
	}
	return c.Dim, c.Dim
}

// EncoderShapes lists every tensor of the encoder by canonical name.
func (c Config) EncoderShapes() []Shape {
	shapes := []Shape{
		{"embeddings.word_embeddings.weight", []int{c.VocabSize, c.Dim}},
		{"embeddings.position_embeddings.weight", []int{c.MaxPositions, c.Dim}},
		{"embeddings.LayerNorm.weight", []int{c.Dim}},
		{"embeddings.LayerNorm.bias", []int{c.Dim}},
	}
	for _, name := range c.Linears() {
		out, in := c.LinearDims(name)
		shapes = append(shapes, Shape{name + ".weight", []int{out, in}}, Shape{name + ".bias", []int{out}})
	}
	for i := range c.Layers {
		for _, norm := range []string{"sa_layer_norm", "output_layer_norm"} {
			name := layer(i) + "." + norm
			shapes = append(shapes, Shape{name + ".weight", []int{c.Dim}}, Shape{name + ".bias", []int{c.Dim}})
		}
	}
	return shapes
}

// HeadShapes lists the tensors of the classification head, for the given number of classes, by canonical name.
func (c Config) HeadShapes(classes int) []Shape {
	return []Shape{
		{"pre_classifier.weight", []int{c.Dim, c.Dim}},
		{"pre_classifier.bias", []int{c.Dim}},
		{"classifier.weight", []int{classes, c.Dim}},
		{"classifier.bias", []int{classes}},
	}
}

// Count returns the number of parameters in the shapes.
func Count(shapes []Shape) int {
	total := 0
	for _, s := range shapes {
		n := 1
		for _, d := range s.Dims {
			n *= d
		}
		total += n
	}
	return total
}

// bertLayer matches one tensor name of a BERT encoder layer.
var bertLayer = regexp.MustCompile(`^encoder\.layer\.(\d+)\.(.+)\.(weight|bias)$`)

// bertModules maps the modules of a BERT layer to DistilBERT's.
var bertModules = map[string]string{
	"attention.self.query":       "attention.q_lin",
	"attention.self.key":         "attention.k_lin",
	"attention.self.value":       "attention.v_lin",
	"attention.output.dense":     "attention.out_lin",
	"attention.output.LayerNorm": "sa_layer_norm",
	"intermediate.dense":         "ffn.lin1",
	"output.dense":               "ffn.lin2",
	"output.LayerNorm":           "output_layer_norm",
}

// canonical returns a stored tensor's canonical name: without the model's prefix, with LayerNorm's old gamma and beta renamed,
// and, for BERT, with DistilBERT's module names. Names it does not know come back as they are, without the prefix.
func (c Config) canonical(stored string) string {
	name := strings.TrimPrefix(stored, c.ModelType+".")
	name = strings.Replace(name, "ayerNorm.gamma", "ayerNorm.weight", 1)
	name = strings.Replace(name, "ayerNorm.beta", "ayerNorm.bias", 1)
	name = strings.Replace(name, "ayer_norm.gamma", "ayer_norm.weight", 1)
	name = strings.Replace(name, "ayer_norm.beta", "ayer_norm.bias", 1)
	if c.ModelType == "bert" {
		if m := bertLayer.FindStringSubmatch(name); m != nil {
			if module, ok := bertModules[m[2]]; ok {
				return "transformer.layer." + m[1] + "." + module + "." + m[3]
			}
		}
	}
	return name
}

// ownName returns an encoder tensor's name in the model type's own layout, without the prefix: the inverse of canonical.
func (c Config) ownName(canonical string) string {
	rest, ok := strings.CutPrefix(canonical, "transformer.")
	if c.ModelType != "bert" || !ok {
		return canonical
	}
	for bert, distil := range bertModules {
		rest = strings.Replace(rest, "."+distil+".", "."+bert+".", 1)
	}
	return "encoder." + rest
}

// unusedParts are known parts of DistilBERT and BERT checkpoints that a sequence classifier does not read: the
// masked-language-model and question-answering heads, BERT's pooler, and the position buffer of old versions.
var unusedParts = []string{
	"vocab_transform.", "vocab_layer_norm.", "vocab_projector.", "qa_outputs.",
	"cls.", "pooler.", "embeddings.position_ids", "embeddings.token_type_ids",
}

// unused says whether a canonical name belongs to a known part that is not read. BERT's classifier is one: it was trained on
// the pooler's output, which DistilBERT does not have.
func (c Config) unused(name string) bool {
	for _, part := range unusedParts {
		if strings.HasPrefix(name, part) {
			return true
		}
	}
	return c.ModelType == "bert" && strings.HasPrefix(name, "classifier.")
}
