package evaluate

import "slices"

// Metric is the key of a headline metric, as it stands in JSON.
type Metric string

// The headline metrics. Metrics over rows count a note once for each of its gold labels, metrics over notes count it once.
const (
	// RowAccuracy is the share of rows whose label is the predicted one. Micro-F1 is the same number.
	RowAccuracy Metric = "row_accuracy"
	// MacroF1Union is the mean F1 over the labels that are true or predicted somewhere: scikit-learn's f1_score(average="macro").
	MacroF1Union Metric = "macro_f1_union"
	// MacroF1Present is the mean F1 over the labels that are true somewhere.
	MacroF1Present Metric = "macro_f1_present"
	// MacroF1All is the mean F1 over all labels; one that is neither true nor predicted counts as 0.
	MacroF1All Metric = "macro_f1_all"
	// WeightedF1 is the mean F1 over the labels, weighted by their rows.
	WeightedF1 Metric = "weighted_f1"
	// WeightedPrecision is the mean precision over the labels, weighted by their rows; never predicted counts as 0.
	WeightedPrecision Metric = "weighted_precision"
	// WeightedRecall is the mean recall over the labels, weighted by their rows, which is row accuracy by another name.
	WeightedRecall Metric = "weighted_recall"
	// BalancedAccuracy is the mean recall over the labels that are true somewhere.
	BalancedAccuracy Metric = "balanced_accuracy"
	// Top3Accuracy is the share of rows whose label is among the three best.
	Top3Accuracy Metric = "top3_accuracy"
	// Top5Accuracy is the share of rows whose label is among the five best.
	Top5Accuracy Metric = "top5_accuracy"
	// AnyValid is any-valid@1: the share of notes whose predicted label is one of their own.
	AnyValid Metric = "any_valid"
	// DocumentAccuracy is the mean over notes of the accuracy on their rows: 1 / (number of labels) where the prediction is valid.
	DocumentAccuracy Metric = "document_accuracy"
	// RecallAt1 is the mean over notes of the share of their labels that the first place holds.
	RecallAt1 Metric = "recall_at_1"
	// RecallAt3 is the mean over notes of the share of their labels among the three best.
	RecallAt3 Metric = "recall_at_3"
	// RecallAt5 is the mean over notes of the share of their labels among the five best.
	RecallAt5 Metric = "recall_at_5"
	// LabelRanking is label-ranking average precision: scikit-learn's label_ranking_average_precision_score.
	LabelRanking Metric = "label_ranking_average_precision"
	// RowECE is the expected calibration error (Guo et al. 2017) of the confidence as the probability that a row's label is the predicted
	// one, in 15 equal-width bins.
	RowECE Metric = "ece"
	// ValidECE is the expected calibration error of the confidence as the probability that the predicted label is valid. A softmax
	// that is calibrated on rows divides its mass among a note's labels, so it is underconfident here.
	ValidECE Metric = "ece_valid"
	// Brier is the multi-class Brier score over rows, from 0 to 2: scikit-learn's brier_score_loss(scale_by_half=False).
	Brier Metric = "brier"
	// AURC is the area under the risk-coverage curve over notes (Geifman and El-Yaniv 2017): the mean, over every coverage, of the
	// share of invalid predictions among the most confident notes.
	AURC Metric = "aurc"
)

// metricInfo is all that is known of one metric.
type metricInfo struct {
	name    Metric
	title   string
	lower   bool                       // lower is better
	bound   bool                       // the ceiling is an upper bound rather than exact
	value   func(t *tally) float64     // of the notes that the tally counts
	ceiling func(c *labelSums) float64 // of the label sets of the notes
}

// metrics holds every headline metric in the order of tables. Ceilings that are sums of shares are capped at 1, which rounding can exceed.
var metrics = [...]metricInfo{
	{RowAccuracy, "Row accuracy", false, false, func(t *tally) float64 { return t.valid / t.rows }, func(c *labelSums) float64 { return c.notes / c.rows }},
	{MacroF1Union, "Macro-F1 (union)", false, true, func(t *tally) float64 { return t.average.macroUnion }, func(c *labelSums) float64 { return min(1, c.f1/c.present) }},
	{MacroF1Present, "Macro-F1 (present labels)", false, true, func(t *tally) float64 { return t.average.macroPresent }, func(c *labelSums) float64 { return min(1, c.f1/c.present) }},
	{MacroF1All, "Macro-F1 (all labels)", false, true, func(t *tally) float64 { return t.average.macroAll }, func(c *labelSums) float64 { return min(1, c.f1/c.labels) }},
	{WeightedF1, "Weighted F1", false, true, func(t *tally) float64 { return t.average.weightedF1 }, func(c *labelSums) float64 { return min(1, c.weightedF1/c.rows) }},
	{WeightedPrecision, "Weighted precision", false, true, func(t *tally) float64 { return t.average.weightedPrecision }, func(c *labelSums) float64 { return min(1, c.weightedPrecision/c.rows) }},
	{WeightedRecall, "Weighted recall", false, false, func(t *tally) float64 { return t.average.weightedRecall }, func(c *labelSums) float64 { return c.notes / c.rows }},
	{BalancedAccuracy, "Balanced accuracy", false, false, func(t *tally) float64 { return t.average.balanced }, func(c *labelSums) float64 { return c.balanced / c.present }},
	{Top3Accuracy, "Top-3 accuracy (rows)", false, false, func(t *tally) float64 { return t.terms[top3Hits] / t.rows }, func(c *labelSums) float64 { return c.top3 / c.rows }},
	{Top5Accuracy, "Top-5 accuracy (rows)", false, false, func(t *tally) float64 { return t.terms[top5Hits] / t.rows }, func(c *labelSums) float64 { return c.top5 / c.rows }},
	{AnyValid, "Any valid label @1", false, false, func(t *tally) float64 { return t.valid / t.notes }, func(*labelSums) float64 { return 1 }},
	{DocumentAccuracy, "Document accuracy", false, false, func(t *tally) float64 { return t.terms[documentAccuracy] / t.notes }, func(c *labelSums) float64 { return c.document / c.notes }},
	{RecallAt1, "Recall@1", false, false, func(t *tally) float64 { return t.terms[recallAt1] / t.notes }, func(c *labelSums) float64 { return c.document / c.notes }},
	{RecallAt3, "Recall@3", false, false, func(t *tally) float64 { return t.terms[recallAt3] / t.notes }, func(c *labelSums) float64 { return c.recall3 / c.notes }},
	{RecallAt5, "Recall@5", false, false, func(t *tally) float64 { return t.terms[recallAt5] / t.notes }, func(c *labelSums) float64 { return c.recall5 / c.notes }},
	{LabelRanking, "Label-ranking average precision", false, false, func(t *tally) float64 { return t.terms[labelRanking] / t.notes }, func(*labelSums) float64 { return 1 }},
	{RowECE, "ECE (rows)", true, false, func(t *tally) float64 { return expectedError(t.rowBins[:]) }, func(*labelSums) float64 { return 0 }},
	{ValidECE, "ECE (valid label)", true, false, func(t *tally) float64 { return expectedError(t.validBins[:]) }, func(*labelSums) float64 { return 0 }},
	{Brier, "Brier score (rows)", true, false, func(t *tally) float64 { return t.terms[brierSum] / t.rows }, func(c *labelSums) float64 { return 1 - c.notes/c.rows }},
	{AURC, "AURC", true, false, func(t *tally) float64 { return t.aurc }, func(*labelSums) float64 { return 0 }},
}

// Metrics returns every headline metric in the order of tables.
func Metrics() []Metric {
	names := make([]Metric, len(metrics))
	for i, m := range metrics {
		names[i] = m.name
	}
	return names
}

// Title returns the metric's name for a table, or the metric itself if it is none of [Metrics].
func (m Metric) Title() string {
	if i := m.index(); i >= 0 {
		return metrics[i].title
	}
	return string(m)
}

// LowerIsBetter says that the metric measures an error.
func (m Metric) LowerIsBetter() bool {
	i := m.index()
	return i >= 0 && metrics[i].lower
}

// index returns the metric's place in metrics, -1 if it is none of them.
func (m Metric) index() int {
	return slices.IndexFunc(metrics[:], func(info metricInfo) bool { return info.name == m })
}
