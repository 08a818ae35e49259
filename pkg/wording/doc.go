// Package wording writes keys and values of results for people: the names of baselines and proposals, measures and error rates with their
// intervals.
//
// In flow keys and numbers of experiment's results; out flow words, values and cells of page. It holds what both claim and chapter need, so
// that each key has its words once. Rewording a name here loses no row: code goes by keys.
package wording
