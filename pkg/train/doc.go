// Package train fine-tunes a classifier the way the Hugging Face Trainer does.
//
// In: a classifier.Model with its trainable tensors chosen, encoded notes with target distributions, a Config, and a function
// that validates. Out: the best epoch's tensors in the model, a State that says how it went, and a Cost that says what it took.
// A run keeps one checkpoint file; a run that was stopped, or killed, goes on from it and ends exactly as one that was not.
//
// An optimiser step takes batch_size notes. They pass through the model a micro-batch at a time, and the gradients add up, so
// that memory is that of a micro-batch and the result that of the batch.
package train
