// Package study runs a profile: what the notebooks and the command call.
//
// In: a Profile, from the files in profile/ with settings on top. Out: run folders, each with the trained adapter, the
// predictions as parquet, the metrics and what made them; and the figures and tables that show them. A stage's folder is named
// by the hash of everything that it depends on and is whole or absent, so that the same call finds the same folder again,
// from a notebook, from the command or from CI, and nothing that is on disk is computed twice.
package study
