// Package study runs a profile: what the notebooks and the command call.
//
// In: a Profile, from the files in profile/ with settings on top. Out: run folders, each with the trained adapter, the
// predictions as parquet, the metrics and what made them; the figures, tables and texts that show them; and the report. A stage's folder is named
// by the hash of everything that it depends on and is whole or absent, so that the same call finds the same folder again,
// from a notebook, from the command or from CI, and nothing that is on disk is computed twice.
//
// # A report
//
// [Report] runs the stages in their order, each training run in a process of its own ([Work]), executes the notebooks, which find every
// result on disk and show it, and binds them to one page: a notebook is a chapter, its Markdown and its displays are the text. What the
// page says in this run's numbers comes from the templates in discussion/, what the original report states from the one list of reported
// numbers, so that each stands once. Times are the last block of the page and of results.json, and the only part in which two reports
// of the same settings differ.
package study
