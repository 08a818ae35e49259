package attribution

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// The model's word embeddings: the classifier keeps its tensors in this folder of its store, under their canonical names.
const (
	storeFolder = "model"
	wordTable   = "embeddings.word_embeddings.weight"
)

// slope is what the graph gives for a batch of points on the lines from baseline to note.
type slope struct {
	logits   *Node // [batch, classes] Float32
	label    *Node // [batch] Int32, whose logit the gradient is of
	gradient *Node // [batch, length, dim] Float32, of the logit by the word embeddings at the point
	path     *Node // [batch, length, dim] Float32, note less baseline; 0 where the two agree
}

// attributions gives each token's part of the slope: [batch, length] Float32.
func (s slope) attributions() *Node { return ReduceSum(Mul(s.gradient, s.path), -1) }

// line builds the graph of one batch. It is a graph builder and panics on misshaped input.
//
//   - ids: [batch, length] Int32, padded; mask: [batch, length] Bool, true for tokens
//   - replaced: [batch, length] Bool, true where the baseline differs from the note
//   - at: [batch] Float32, the place of the point: 0 is the baseline, 1 the note
//   - label: [batch] Int32, whose logit is differentiated; below 0 the one with the highest logit
//   - baseline: the id whose embedding stands in for the replaced ones; below 0 zeros do
//
// Every row is attributed by itself: logits depend on their own row alone, so the gradient of their sum is the gradient of each.
func line(c *classifier.Classifier, scope *model.Scope, ids, mask, replaced, at, label *Node, baseline int32) slope {
	g := ids.Graph()
	batch, length, dim := ids.Shape().Dimensions[0], ids.Shape().Dimensions[1], c.Config.Dim
	table := scope.Store().Scope(storeFolder).GetVariable(wordTable)
	note := Gather(table.NodeValue(g), InsertAxes(ids, -1)) // [batch, length, dim]
	path := note
	if baseline >= 0 {
		path = Sub(note, Gather(table.NodeValue(g), Const(g, [][][]int32{{{baseline}}})))
	}
	path = Where(BroadcastToShape(InsertAxes(replaced, -1), shapes.Make(dtypes.Bool, batch, length, dim)), path, ZerosLike(note))
	back := Reshape(OneMinus(at), batch, 1, 1)
	words := Sub(note, Mul(back, path)) // [batch, length, dim]; the note itself where at is 1

	s := slope{path: path}
	s.logits = logitsOf(c, scope, words, mask)
	s.label = Where(LessThan(label, ZerosLike(label)), ArgMax(s.logits, -1), label)
	chosen := OneHot(s.label, len(c.Labels), dtypes.Float32) // [batch, classes]
	s.gradient = Gradient(ReduceAllSum(Mul(s.logits, chosen)), words)[0]
	return s
}

// logitsOf is the classifier's Logits for words that are embedded already, [batch, length, dim]: while that graph is built, a table of
// just these words stands in the place of the model's, and the ids count through it. The model itself stays as it is.
func logitsOf(c *classifier.Classifier, scope *model.Scope, words, mask *Node) *Node {
	g := words.Graph()
	batch, length, dim := words.Shape().Dimensions[0], words.Shape().Dimensions[1], words.Shape().Dimensions[2]
	table := scope.Store().Scope(storeFolder).GetVariable(wordTable)
	own := table.NodeValue(g)
	defer table.SetNodeValue(own) // unchanged again, so that running the graph does not write it
	table.SetNodeValue(Reshape(words, batch*length, dim))
	m := *c.Model
	m.Config.VocabSize = batch * length
	ids := Reshape(Iota(g, shapes.Make(dtypes.Int32, batch*length), 0), batch, length)
	return m.Logits(scope, ids, mask, nil) // [batch, classes]
}
