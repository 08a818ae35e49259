// Package weights moves named tensors between safetensors files and memory.
//
// In: a safetensors file of F32, F16 or BF16 tensors. Out: float32 tensors by name, checked for shape and for NaN or infinite
// values, and files written under a temporary name and renamed, so that a file is complete or not there.
//
// The container format is github.com/nlpodyssey/safetensors; what this package adds is the widening to float32, the checks
// and errors that name the file and the tensor.
package weights
