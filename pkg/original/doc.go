// Package original holds every number that the original study states, once.
//
// The study fine-tuned DistilBERT-base with LoRA on MTSamples, rows split at random, 512 tokens, on a GPU. Its numbers are data here, by keys that
// this project's own results have too: metrics and baselines under the names that evaluate and baseline give them, configurations under those of
// the profiles. What the pages say of them stands in chapter; where corpus and erroranalysis repeat a choice of the study, its split or the
// confusions that it names, they read it here.
//
// Shares are between 0 and 1, sizes in bytes, times in seconds.
package original
