package evaluate

import "slices"

// Metric names a headline number, as it stands in JSON.
type Metric string

// The headline metrics. Row metrics count a note once for each of its gold labels, note metrics count it once.
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
	// RowECE is the expected calibration error of the confidence as the probability that a row's label is the predicted one.
	RowECE Metric = "ece"
	// ValidECE is the expected calibration error of the confidence as the probability that the predicted label is valid. A softmax
	// that is right about rows divides its mass among a note's labels, so it is too modest here.
	ValidECE Metric = "ece_valid"
	// Brier is the multi-class Brier score over rows, from 0 to 2: scikit-learn's brier_score_loss(scale_by_half=False).
	Brier Metric = "brier"
	// AURC is the area under the risk-coverage curve over notes (Geifman and El-Yaniv 2017): the mean, over every coverage, of the
	// share of invalid predictions among the most confident notes.
	AURC Metric = "aurc"
)

type metricInfo struct {
	name  Metric
	title string
	lower bool // lower is better
	bound bool // the ceiling is an upper bound rather than exact
}

// metrics holds every headline metric in the order of tables; measure and ceilings fill their results in this order.
var metrics = [...]metricInfo{
	{RowAccuracy, "Row accuracy", false, false},
	{MacroF1Union, "Macro-F1 (union)", false, true},
	{MacroF1Present, "Macro-F1 (present labels)", false, true},
	{MacroF1All, "Macro-F1 (all labels)", false, true},
	{WeightedF1, "Weighted F1", false, true},
	{WeightedPrecision, "Weighted precision", false, true},
	{WeightedRecall, "Weighted recall", false, false},
	{BalancedAccuracy, "Balanced accuracy", false, false},
	{Top3Accuracy, "Top-3 accuracy (rows)", false, false},
	{Top5Accuracy, "Top-5 accuracy (rows)", false, false},
	{AnyValid, "Any valid label @1", false, false},
	{DocumentAccuracy, "Document accuracy", false, false},
	{RecallAt1, "Recall@1", false, false},
	{RecallAt3, "Recall@3", false, false},
	{RecallAt5, "Recall@5", false, false},
	{LabelRanking, "Label-ranking average precision", false, false},
	{RowECE, "ECE (rows)", true, false},
	{ValidECE, "ECE (valid label)", true, false},
	{Brier, "Brier score (rows)", true, false},
	{AURC, "AURC", true, false},
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

func (m Metric) index() int {
	return slices.IndexFunc(metrics[:], func(info metricInfo) bool { return info.name == m })
}

func byMetric(values []float64) map[Metric]float64 {
	named := make(map[Metric]float64, len(metrics))
	for i, m := range metrics {
		named[m.name] = values[i]
	}
	return named
}
