// Package baseline holds the simple models that every result is compared with, as predict.Predictors.
//
// In: the training part of a corpus. Out: predictors that need no encoder.
package baseline
