package train

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// crossEntropy is the sum over rows of weight times -sum(target log softmax(logits)): the usual cross entropy for a one-hot
// target, and the one against a label set for a uniform distribution over it. With 1/n for each of a batch's n notes as their
// weights and 0 for padding, the sum over the batch's micro-batches is its mean.
//
//   - targets: [rows, classes]; weights: [rows]; logits: [rows, classes]
//   - result: scalar Float32
func crossEntropy(targets, weights, logits *Node) *Node {
	rows := logits.Shape().Dimensions[0]
	targets.AssertDims(logits.Shape().Dimensions...)
	weights.AssertDims(rows)
	perRow := Neg(ReduceSum(Mul(targets, LogSoftmax(logits)), -1)) // [rows]
	perRow.AssertDims(rows)
	return ReduceAllSum(Mul(perRow, weights))
}
