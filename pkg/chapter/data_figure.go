package chapter

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// mostLabels is how many labels a figure has room for; the tables have all.
const mostLabels = 40

// largestClasses is the largest classes that a figure shows, and what its caption says where others are left out.
func largestClasses(a *audit.Audit) (classes []audit.Class, remark string) {
	classes = bySize(a)
	if len(classes) > mostLabels {
		return classes[:mostLabels], fmt.Sprintf(" The %d largest of %s labels.", mostLabels, page.FormatCount(len(classes)))
	}
	return classes, ""
}

// axisNames is the classes' labels for an axis: figures cut long ones, so those that would become the same carry their place.
func axisNames(classes []audit.Class) []string {
	const most = 40 // what an axis shows of a label
	head := func(s string, n int) string {
		if utf8.RuneCountInString(s) <= n {
			return s
		}
		return string([]rune(s)[:n])
	}
	taken := map[string]int{}
	for _, c := range classes {
		taken[head(c.Label, most-1)]++
	}
	out := make([]string, len(classes))
	for i, c := range classes {
		out[i] = c.Label
		if utf8.RuneCountInString(c.Label) >= most && taken[head(c.Label, most-1)] > 1 {
			out[i] = fmt.Sprintf("%s… %d", head(c.Label, most-8), i+1)
		}
	}
	return out
}

// ClassCountFigure is how many texts carry each label, and how many of these carry another one too.
func ClassCountFigure(a *audit.Audit) (page.Figure, error) {
	classes, remark := largestClasses(a)
	all, shared := make([]page.Value, len(classes)), make([]page.Value, len(classes))
	for i, c := range classes {
		all[i], shared[i] = page.Of(float64(c.Texts)), page.Of(float64(c.Shared))
	}
	return page.Bars(page.BarsSpec{
		About: page.About{
			ID: "class-counts", Title: "Texts by label", Synthetic: a.Synthetic,
			Caption: "A text counts once for each of its labels." + remark,
			Alt: fmt.Sprintf("The largest label, %s, has %s texts, the smallest, %s, has %s. %s of the texts stand under more than one label.",
				a.Imbalance.Largest, page.FormatCount(a.Imbalance.LargestTexts), a.Imbalance.Smallest, page.FormatCount(a.Imbalance.SmallestTexts), page.FormatPercent(a.CoFiling.SharedShare, 1)),
		},
		Axis: page.Axis{Title: "Texts"}, Form: page.Count, Labels: axisNames(classes),
		Groups: []page.Group{{Name: "under this label", Values: all}, {Name: "of these, under another label too", Values: shared}},
	})
}

// LabelsPerTextFigure is how many labels the texts carry.
func LabelsPerTextFigure(a *audit.Audit) (page.Figure, error) {
	var labels []string
	var texts []page.Value
	for _, n := range slices.Sorted(maps.Keys(a.LabelsPerText)) {
		name := fmt.Sprintf("%d labels", n)
		if n == 1 {
			name = "1 label"
		}
		labels, texts = append(labels, name), append(texts, page.Of(float64(a.LabelsPerText[n])))
	}
	return page.Bars(page.BarsSpec{
		About: page.About{
			ID: "labels-per-text", Title: "Labels a text carries", Synthetic: a.Synthetic,
			Caption: "The source repeats a text, one row for each of its labels. A model that gives a text one label is right about one of its rows at most.",
			Alt: fmt.Sprintf("%s of %s texts carry one label; %s carry two or more.",
				page.FormatCount(a.LabelsPerText[1]), page.FormatCount(a.Texts), page.FormatCount(a.CoFiling.Shared)),
		},
		Axis: page.Axis{Title: "Texts"}, Form: page.Count, Labels: labels, Groups: []page.Group{{Name: "texts", Values: texts}},
	})
}

// CoFilingFigure is, for each label, the share of its texts that stand under each other label.
func CoFilingFigure(a *audit.Audit) (page.Figure, error) {
	classes, remark := largestClasses(a)
	place := make(map[string]int, len(a.CoFiling.Labels))
	for i, label := range a.CoFiling.Labels {
		place[label] = i
	}
	cells := make([][]page.Value, len(classes))
	top, what := -1.0, "No two labels are filed together."
	for i, row := range classes {
		counts := a.CoFiling.Counts[place[row.Label]]
		for j, column := range classes {
			if i == j {
				cells[i] = append(cells[i], page.Missing("the label itself"))
				continue
			}
			share := float64(counts[place[column.Label]]) / float64(row.Texts)
			cells[i] = append(cells[i], page.Of(share))
			if share > top && share > 0 {
				top, what = share, fmt.Sprintf("The highest share: %s of the texts under %s stand under %s too.", page.FormatPercent(share, 1), row.Label, column.Label)
			}
		}
	}
	labels := axisNames(classes)
	return page.Heatmap(page.HeatmapSpec{
		About: page.About{
			ID: "co-filing", Title: "Which labels are filed together", Synthetic: a.Synthetic,
			Caption: "Of the texts under the label on the left, the share that stands under the label below too. Largest labels first." + remark, Alt: what,
		},
		RowTitle: "Texts under", ColumnTitle: "also under", Rows: labels, Columns: labels, Cells: cells,
		Scale: page.Axis{Title: "Share of the row's texts", Min: 0, Max: 1}, Form: page.Percent,
	})
}

// CeilingFigure is what the labels allow, beside what was reported.
func CeilingFigure(a *audit.Audit) (page.Figure, error) {
	var labels []string
	for _, m := range audit.CeilingMetrics {
		labels = append(labels, m.Title())
	}
	var groups []page.Group
	for _, c := range a.Ceilings {
		g := page.Group{Name: policyNames[c.Policy]}
		for _, m := range audit.CeilingMetrics {
			g.Values = append(g.Values, page.Of(c.Values[m]))
		}
		groups = append(groups, g)
	}
	reported := page.Group{Name: "Reported"}
	for _, m := range audit.CeilingMetrics {
		reported.Values = append(reported.Values, wording.Reported(m))
	}
	accuracy := original.Study.Test[original.Accuracy]
	return page.Bars(page.BarsSpec{
		About: page.About{
			ID: "ceiling", Title: "Scores that the labels allow", Synthetic: a.Synthetic,
			Caption: fmt.Sprintf("The dashed line is the row accuracy that was reported, on rows of MTSamples split at random: %s. The ceiling of row accuracy on these labels is %s.", page.FormatPercent(accuracy, 2), page.FormatPercent(a.CeilingRowAccuracy, 2)),
			Alt:     fmt.Sprintf("Row accuracy cannot pass %s on these labels; %s was reported.", page.FormatPercent(a.CeilingRowAccuracy, 2), page.FormatPercent(accuracy, 2)),
		},
		Axis: page.Axis{Title: "Score", Min: 0, Max: 1}, Form: page.Metric, Labels: labels, Groups: append(groups, reported),
		References: []page.Reference{{Label: "reported row accuracy " + page.FormatPercent(accuracy, 2), Value: accuracy}},
	})
}

// TextLengthFigure is the distribution of the lengths in tokens with the cut-offs, or in characters where no tokenizer was given.
func TextLengthFigure(a *audit.Audit) (page.Figure, error) {
	l := a.Lengths
	about := page.About{ID: "length-histogram", Title: "Length of the texts", Synthetic: a.Synthetic}
	if l.Tokens == nil {
		about.Caption = "In characters: no tokenizer was given."
		about.Alt = fmt.Sprintf("Half of the texts have up to %.0f characters, the longest %.0f.", l.Characters.Median, l.Characters.Max)
		return lengthFigure(about, "Characters", l.CharactersHistogram, nil)
	}
	last := l.Truncated[len(l.Truncated)-1]
	about.Caption = fmt.Sprintf("Tokens of %s, [CLS] and [SEP] included. What lies to the right of %d is cut by a model of that length: %s of the texts.", l.Tokenizer, last.Tokens, page.FormatPercent(last.Share, 1))
	about.Alt = fmt.Sprintf("Half of the texts have up to %.0f tokens, the longest %.0f; %s exceed %d.", l.Tokens.Median, l.Tokens.Max, page.FormatPercent(last.Share, 1), last.Tokens)
	return lengthFigure(about, "Tokens", *l.TokensHistogram, []page.Reference{{Label: fmt.Sprintf("%d tokens", last.Tokens), Value: float64(last.Tokens)}})
}

// lengthFigure draws a histogram that is counted already: every text at the middle of its bin.
func lengthFigure(about page.About, unit string, h audit.Histogram, references []page.Reference) (page.Figure, error) {
	var middles []float64
	for i, n := range h.Counts {
		for range n {
			middles = append(middles, (float64(i)+0.5)*float64(h.Width))
		}
	}
	bins := len(h.Counts)
	for _, r := range references { // the axis reaches the cut-off even where no text does
		bins = max(bins, (int(r.Value)+h.Width-1)/h.Width)
	}
	return page.Histogram(page.HistogramSpec{
		About: about, Axis: page.Axis{Title: unit, Min: 0, Max: float64(bins * h.Width)}, Count: page.Axis{Title: "Texts"}, Bins: bins,
		Samples: []page.Sample{{Name: "texts", Values: middles}}, References: references,
	})
}
