// Package report makes a report: its stages, the executed notebooks, and the folder that a reader opens.
//
// In flows a profile. [Make] runs the stages in their order, each training run in a process of its own, executes the notebooks, which find every result
// on disk and show it, and binds them to one page: a notebook is a chapter, its Markdown and its displays are the text. Out flows a folder with
// index.html, which needs no network, report.pdf, results.json and the executed notebooks. Its files take their places when all are whole. Times are
// the last block of the page and of results.json, and the only part in which two reports of the same settings differ; [Diff] compares two.
//
// A new stage is a line in the table in stages.go and a method of the builder; what it shows is a section in chapter.
package report
