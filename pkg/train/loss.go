package train

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph code reads as formulas
)

// crossEntropy is the sum over rows of weight times -sum(target log softmax(logits)): the usual cross entropy for a one-hot target,
// and that of a label set for a uniform distribution over it. Where each of a batch's n notes has the weight 1/n and padding 0, the
// sum over the batch's micro-batches is the batch's mean.
//
//   - targets: [rows, classes] Float32; weights: [rows] Float32; logits: [rows, classes] Float32
//   - result: scalar Float32
func crossEntropy(targets, weights, logits *Node) *Node {
	rows := logits.Shape().Dimensions[0]
	targets.AssertDims(logits.Shape().Dimensions...)
	weights.AssertDims(rows)
	perRow := Neg(ReduceSum(Mul(targets, LogSoftmax(logits)), -1)) // [rows]
	perRow.AssertDims(rows)
	loss := ReduceAllSum(Mul(perRow, weights)) // scalar
	loss.AssertScalar()
	return loss
}
