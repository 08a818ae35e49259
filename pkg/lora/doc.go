// Package lora is low-rank adaptation (Hu et al., 2021, https://arxiv.org/abs/2106.09685) in PEFT's numerics and file format:
//
//	y = W x + b + scale B(A(dropout(x))),   scale = alpha / r, or alpha / sqrt(r) with rsLoRA
//
// In: the linear layers of some model, as Sites, and a Config or an adapter folder (adapter_config.json,
// adapter_model.safetensors). Out: adapter tensors to train or apply, the graph of the update, weights with the update merged
// in, and folders that PEFT loads. Reading is strict: a configuration with a feature that is not supported here is an error that
// names its key.
//
// The package does not know which model it adapts. A is [r, in], B is [out, r], as PyTorch stores them.
package lora
