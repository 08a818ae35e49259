// Package experiment runs a profile and returns its results as values.
//
// In flows a [profile.Profile] and a [stage.Store]; out flow the results, a method of [Experiment] each: the audit of the notes, training runs, the sweep,
// the learning-rate curve, the baselines and what the model is worth beside them, the analysis of its errors, its speed. What is in the store is read; the
// rest is made, in this process or in a [stage.Worker]'s. [Experiment.Study] has them all.
//
// A training run's folder holds the adapter in PEFT's format or the whole model, the predictions as parquet, the metrics and what made them, and the
// model card; while it is made, a checkpoint that a stopped run goes on from.
//
// Nothing here knows how results are shown: tables, figures and words stand in chapter.
package experiment
