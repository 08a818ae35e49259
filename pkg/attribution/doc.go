// Package attribution says which words of a note speak for a label, and which against it.
//
// In flow a [classifier.Classifier] and [Note]s. Out flows an [Attribution] a note: what each token that the model read adds to the
// label's logit or takes from it, the pieces of a word summed, as [Span]s of bytes of the note as it was given, so that a page can
// shade the text it shows. [Write] keeps the attributions of many notes in a parquet file that pandas, polars and DuckDB read as it is;
// [Read] refuses one that is damaged, edited, or of another corpus or model.
//
// # Methods
//
// With x the word embeddings of the note, b those of its baseline, and f the label's logit:
//
//   - [IntegratedGradients], the default: (x - b) times the mean of df/dx along the straight line from b to x, by Gauss-Legendre
//     quadrature (Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365). It is complete: the attributions sum to f(x) - f(b), up
//     to the error of the quadrature, which [Attribution.Gap] gives. Steps+2 passes a note.
//   - [GradientInput]: (x - b) * df/dx at x, summed over dimensions: the first-order estimate of what replacing the word takes away
//     (Shrikumar et al. 2016, https://arxiv.org/abs/1605.01713, with b = 0). One pass a note, for many notes at once; but where the
//     network is saturated the slope at x says little of the way to b, and the ranking can have nothing to do with occlusion's.
//     Compare before it is shown.
//   - [Occlusion]: f(x) less the logit of the note with the word masked or removed (Zeiler and Fergus 2014,
//     https://arxiv.org/abs/1311.2901). It asks the model itself and no gradient, a pass for every word: a check on the others, which
//     [Compare] makes by rank correlation.
//
// # Baseline
//
// The baseline is the same note with every token between [CLS] and [SEP] replaced: its word embedding by that of [MASK] or [PAD], or by
// zeros. Positions, length, [CLS] and [SEP] stay, so that [CLS] and [SEP] are always attributed 0 and the spans of a note sum to
// all that is attributed. [Masked] is what the encoder was trained to read as "some word"; [Zeroed] gives the textbook's gradient x input.
//
// An attribution explains the model, not the patient: a word that it weighs is no evidence that the label is right.
package attribution
