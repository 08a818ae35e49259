// Package train fine-tunes a classifier the way the Hugging Face Trainer does.
//
// In: a classifier.Model with its trainable tensors chosen, encoded notes with target distributions ([Data]), and a [Config]. Out: the
// trained tensors, in the model.
//
// A [Trainer] takes single optimiser steps on batches that the caller chooses. A [Job] is a whole run made of them: it shuffles notes
// into batches, follows the learning-rate schedule, validates after each epoch, stops early, leaves the best epoch's tensors in the
// model, and returns a [State] with the losses and a [Cost] with time and memory. It keeps one checkpoint file; a run that was stopped
// or killed resumes from it and ends with the same bytes as one that was not.
//
// A batch goes through the model in micro-batches whose gradients add up to the batch's, so that memory depends on the micro-batch's
// size and the result, up to rounding, does not.
//
// # What is not taken from GoMLX
//
// Graphs, gradients, execution and the variable store are GoMLX's. Its ml/train, ml/dataset and ml/model/checkpoint are not used:
// each lacks something that equality with the Trainer or exact resumption needs. As of v0.28.2:
//
//   - Optimizer: optimizer.Adam decays all variables alike (its TODO says that exclusions are missing), has one learning rate for all of
//     them, and clips the change of a parameter by value. The Trainer exempts biases and LayerNorms and clips the gradients to a global
//     norm, and LoRA+ needs two rates. Loss scaling for f16 is missing too. The arithmetic is otherwise PyTorch's.
//   - Gradient accumulation: Trainer.AccumulateGradients takes the plain mean over a fixed number of micro-batches, so that notes in a
//     short last batch would weigh more than others. It compiles each padded length twice, because the graph that applies the update
//     has the model in it.
//   - Schedule: there is a cosine, which is part of the model's graph, and no linear decay.
//   - Dropout: its masks come from the state of a random generator. Here they depend on the step alone; see [classifier.Dropout].
//   - Data: InMemoryDataset's order depends on the state of a random generator, so that a resumed run would have to repeat the earlier
//     draws, and it does not collect notes of like length, which saves most of the padding.
//   - Loop: it has hooks at the start, after a step and at the end, and leaves validation, the best epoch and early stopping to them.
//   - Checkpoints: a pair of files written in place. A kill in the meantime leaves one that cannot be read as the newest.
package train
