package train

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// crossEntropy is the mean over rows of -sum(target log softmax(logits)): the usual cross entropy for a one-hot target, and
// the one against a label set for a uniform distribution over it.
//
//   - labels: targets [batch, classes], row weights [batch] of 1 and 0
//   - predictions: logits [batch, classes]
func crossEntropy(labels, predictions []*Node) *Node {
	targets, rows, logits := labels[0], labels[1], predictions[0]
	batch := logits.Shape().Dimensions[0]
	targets.AssertDims(logits.Shape().Dimensions...)
	rows.AssertDims(batch)
	perRow := Neg(ReduceSum(Mul(targets, LogSoftmax(logits)), -1)) // [batch]
	perRow.AssertDims(batch)
	return Div(ReduceAllSum(Mul(perRow, rows)), ReduceAllSum(rows))
}
