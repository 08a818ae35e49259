// Package distilbert is the DistilBERT encoder with its sequence-classification head (Sanh et al., 2019,
// https://arxiv.org/abs/1910.01108) as a GoMLX graph, numerically equal to transformers' DistilBertForSequenceClassification.
//
// In: a model folder (config.json, model.safetensors) of a DistilBERT, or of a BERT, which is folded into DistilBERT's layout.
// Out: the configuration, the weights by their canonical names, parameter counts, and graph functions from token ids to hidden
// states to logits. Loading is strict: a tensor that is missing, misshaped or unknown is an error; one that is known but not used is
// listed.
//
// The package does not know about adapters. Net.Linear is called for every linear layer with its module name, so that a caller
// can add to it, such as a low-rank update.
//
// Canonical names are transformers' names without the "distilbert." prefix, such as
// transformer.layer.0.attention.q_lin.weight, and linear weights are stored [out, in], as PyTorch does.
package distilbert
