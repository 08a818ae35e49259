// Package demo makes the synthetic corpus that the demo profile trains on, so that everything runs without anybody's
// clinical notes.
//
// In: a seed and a number of texts, and the files embedded from template/. Out: a corpus.Corpus with Synthetic set.
//
// plan.yaml says how many texts stand under which set of labels, in the proportions of MTSamples; forms.yaml has the
// kinds of document (consultation, operative report, discharge summary, ...) by their sections; topics_*.yaml the
// clinical topics with their sentences; banks.yaml sentences that suit any topic; words.yaml the word lists.
//
// # Templates
//
// In a sentence [a|b] is one of the choices, {low-high} a number of the range, and {name} a fact of the patient (he,
// age, side, ...), a word that the topic keeps throughout a note ("fixed") or a word of a list. {Name} gives it with a
// capital. A sentence may begin with tags and "> ", which say for whom it is fit:
//
//	f m  a woman or girl, a man or boy
//	a k  an adult, a child (under 16)
//	i    an operation with an incision
//	1-9  variants of the topic, one of which a note draws and keeps
//
// Tags of one kind are alternatives, tags of several kinds must all be met: "fk12> " asks for a girl and for variant 1
// or 2.
package demo
