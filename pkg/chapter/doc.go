// Package chapter is what the report says: the sections of its chapters, from results to tables, figures and words.
//
// In flow results of experiment; out flow [Section] values, which a notebook's cell shows with notebook.Show and the page of an audit holds, and the functions
// that they are made of: each takes a result and returns a page.Table, a page.Figure or text in Markdown. A section reads or makes only the parts of a
// study that it needs. Files are named for the notebook that shows them (data_, finetune_, baselines_, efficiency_, errors_, discussion_); sections.go
// lists all sections. The folder discussion has the templates of the texts that hold this run's numbers.
package chapter
