package attribution

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/classifier"
)

// The variable of the model's word embeddings, [vocab, dim], by the scope of the classifier's store and the canonical name.
const (
	storeFolder = "model"
	wordTable   = "embeddings.word_embeddings.weight"
)

// gradients holds the outputs of pathGradient, at one point of the path from baseline to note for each row.
type gradients struct {
	logits     *Node // [batch, classes] Float32
	label      *Node // [batch] Int32, the label whose logit is differentiated
	gradient   *Node // [batch, length, dim] Float32, the gradient of the logit by the word embeddings
	difference *Node // [batch, length, dim] Float32, word embeddings of the note minus those of the baseline
}

// attributions is each token's contribution, gradient times difference: [batch, length] Float32.
func (g gradients) attributions() *Node { return ReduceSum(Mul(g.gradient, g.difference), -1) }

// pathGradient builds the graph of one batch: the gradient of a logit at a point of the straight path from baseline to note. It is a
// graph builder and panics on misshaped input.
//
//   - ids: [batch, length] Int32, padded; mask: [batch, length] Bool, true for tokens
//   - replaced: [batch, length] Bool, true for the tokens that the baseline replaces
//   - at: [batch] Float32, the point of the path: 0 is the baseline, 1 the note
//   - label: [batch] Int32, the label whose logit is differentiated; below 0 the one with the highest logit
//   - replacement: the id whose embedding is that of the replaced tokens in the baseline; below 0 it is zero
//
// A logit depends on its own row alone, so the gradient of the sum over rows is the gradient of each row.
func pathGradient(c *classifier.Classifier, scope *model.Scope, ids, mask, replaced, at, label *Node, replacement int32) gradients {
	g := ids.Graph()
	batch, length, dim := ids.Shape().Dimensions[0], ids.Shape().Dimensions[1], c.Config.Dim
	mask.AssertDims(batch, length)
	replaced.AssertDims(batch, length)
	at.AssertDims(batch)
	label.AssertDims(batch)
	table := scope.Store().Scope(storeFolder).GetVariable(wordTable).NodeValue(g) // [vocab, dim]
	table.AssertDims(-1, dim)
	note := Gather(table, InsertAxes(ids, -1)) // [batch, length, dim]
	note.AssertDims(batch, length, dim)
	difference := note
	if replacement >= 0 {
		difference = Sub(note, Gather(table, Const(g, [][][]int32{{{replacement}}}))) // [batch, length, dim] - [1, 1, dim]
	}
	all := BroadcastToShape(InsertAxes(replaced, -1), shapes.Make(dtypes.Bool, batch, length, dim)) // [batch, length, dim]
	difference = Where(all, difference, ZerosLike(note))                                            // [batch, length, dim]
	difference.AssertDims(batch, length, dim)
	words := Sub(note, Mul(Reshape(OneMinus(at), batch, 1, 1), difference)) // [batch, length, dim]
	words.AssertDims(batch, length, dim)

	out := gradients{difference: difference}
	out.logits = logitsOf(c, scope, words, mask) // [batch, classes]
	out.logits.AssertDims(batch, len(c.Labels))
	out.label = Where(LessThan(label, ZerosLike(label)), ArgMax(out.logits, -1), label) // [batch]
	out.label.AssertDims(batch)
	chosen := OneHot(out.label, len(c.Labels), dtypes.Float32)               // [batch, classes]
	out.gradient = Gradient(ReduceAllSum(Mul(out.logits, chosen)), words)[0] // [batch, length, dim]
	out.gradient.AssertDims(batch, length, dim)
	return out
}

// logitsOf is the classifier's Logits, [batch, classes], for word embeddings, [batch, length, dim], and their mask, [batch, length]. While
// that graph is built, the embeddings take the place of the model's table of words, and the ids count through them: 0 to
// batch*length-1. The model's own table is not changed.
func logitsOf(c *classifier.Classifier, scope *model.Scope, words, mask *Node) *Node {
	g := words.Graph()
	words.AssertRank(3)
	batch, length, dim := words.Shape().Dimensions[0], words.Shape().Dimensions[1], words.Shape().Dimensions[2]
	mask.AssertDims(batch, length)
	table := scope.Store().Scope(storeFolder).GetVariable(wordTable)
	own := table.NodeValue(g)
	defer table.SetNodeValue(own)                         // the same node, so that running the graph does not write the variable
	table.SetNodeValue(Reshape(words, batch*length, dim)) // [batch*length, dim]
	m := *c.Model
	m.Config.VocabSize = batch * length
	ids := Reshape(Iota(g, shapes.Make(dtypes.Int32, batch*length), 0), batch, length) // [batch, length]
	return m.Logits(scope, ids, mask, nil)                                             // [batch, classes]
}
