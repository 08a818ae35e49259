// Package weights moves named tensors between safetensors files and memory.
//
// In: a safetensors file, whatever float type it was stored in (F32, F16 or BF16). Out: float32 tensors by name, checked for
// shape and for NaN or infinite values, and files written aside and renamed, so that a file is there whole or not at all.
//
// The container format is github.com/nlpodyssey/safetensors; what this package adds is the widening to float32, the checks
// and errors that name the file and the tensor.
package weights
