// Package attribution computes how much each word of a note contributes to the logit of a label.
//
// In flow a [classifier.Classifier] and [Note]s. Out flows an [Attribution] for each note: the contribution of each token that the model
// read, positive or negative, summed over the pieces of a word, as [Span]s of bytes of the note as it was given, so that a page can
// shade its text. [Write] stores the attributions of many notes in a parquet file that pandas, polars and DuckDB read directly;
// [Read] returns an error for a file that is damaged, edited, or of another corpus or model.
//
// # Methods
//
// With x the word embeddings of the note, b those of its baseline, and f the label's logit:
//
//   - [IntegratedGradients], the default: (x - b) times the mean of df/dx along the straight line from b to x, by Gauss-Legendre
//     quadrature (Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365). It is complete: the attributions sum to f(x) - f(b), up
//     to the error of the quadrature, which is [Attribution.Gap]. It takes Steps+2 passes of each note.
//   - [GradientInput]: (x - b) * df/dx at x, summed over dimensions: the first-order estimate of the effect of replacing the word
//     (Shrikumar et al. 2016, https://arxiv.org/abs/1605.01713, with b = 0). It takes one pass of each note. Where the network is
//     saturated, the gradient at x says little about the path to b, and the ranking can differ from occlusion's altogether: check it
//     with [Compare].
//   - [Occlusion]: f(x) minus the logit of the note with the word masked or removed (Zeiler and Fergus 2014,
//     https://arxiv.org/abs/1311.2901). It takes a pass for every word and no gradient, and is a check on the other methods, which
//     [Compare] makes by rank correlation.
//
// # Baseline
//
// The baseline is the same note with every token between [CLS] and [SEP] replaced: its word embedding by that of [MASK] or [PAD], or by
// zeros. Positions, length, [CLS] and [SEP] stay, so that the attribution of [CLS] and [SEP] is always 0. The encoder was pretrained to
// read [MASK], the baseline [Masked], as any word; [Zeroed] gives gradient x input as it was first defined.
//
// An attribution explains the model, not the patient: the weight of a word is no evidence that the label is right.
package attribution
