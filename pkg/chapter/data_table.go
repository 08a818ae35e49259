package chapter

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// AuditSummary is the audit in a few lines, for a terminal.
func AuditSummary(a *audit.Audit) []string {
	synthetic := ""
	if a.Synthetic && !strings.Contains(a.Name, "synthetic") {
		synthetic = " (synthetic notes)"
	}
	var carried []string
	for _, n := range slices.Sorted(maps.Keys(a.LabelsPerText)) {
		carried = append(carried, fmt.Sprintf("%d: %s", n, page.FormatCount(a.LabelsPerText[n])))
	}
	lines := []string{
		fmt.Sprintf("%s%s: %s rows read, %s kept, %s dropped as short, %s as duplicates", a.Name, synthetic, page.FormatCount(a.RowsRead), page.FormatCount(a.RowsKept), page.FormatCount(a.DroppedShort), page.FormatCount(a.DroppedDuplicate)),
		fmt.Sprintf("%s texts under %s labels; texts by number of labels: %s", page.FormatCount(a.Texts), page.FormatCount(a.Labels), strings.Join(carried, ", ")),
		fmt.Sprintf("ceiling of row accuracy: %.4f (%s texts / %s rows)", a.CeilingRowAccuracy, page.FormatCount(a.Texts), page.FormatCount(a.RowsKept)),
	}
	for _, p := range a.Protocols {
		lines = append(lines, fmt.Sprintf("%s split: %s of %s test texts stand in train (%s)", p.Name, page.FormatCount(p.TestTextsInTrain), page.FormatCount(p.TestTexts), page.FormatPercent(p.TestShareInTrain, 1)))
	}
	lines = append(lines, fmt.Sprintf("near duplicates: %s pairs, %s across the group split", nearPairs(a), page.FormatCount(a.Protocols[1].NearPairsAcross)))
	for _, c := range a.Columns {
		if c.NonEmpty > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s of the %s filled rows start with their own label", c.Name, page.FormatPercent(c.StartsWithShare, 1), page.FormatCount(c.NonEmpty)))
		}
	}
	if l := a.Lengths; l.Tokens == nil {
		lines = append(lines, fmt.Sprintf("length: %.0f characters on average, median %.0f", l.Characters.Mean, l.Characters.Median))
	} else {
		last := l.Truncated[len(l.Truncated)-1]
		lines = append(lines, fmt.Sprintf("length: %.0f tokens on average, median %.0f; %s of the texts exceed %d", l.Tokens.Mean, l.Tokens.Median, page.FormatPercent(last.Share, 1), last.Tokens))
	}
	return lines
}

// nearPairs is the number of pairs of near duplicates, which may be a lower bound.
func nearPairs(a *audit.Audit) string {
	if a.NearDuplicates.SkippedComparisons > 0 {
		return "at least " + page.FormatCount(a.NearDuplicates.Pairs)
	}
	return page.FormatCount(a.NearDuplicates.Pairs)
}

// quantities is a table of names and numbers.
func quantities(a *audit.Audit, id, caption string, rows [][]page.Cell) page.Table {
	return page.Table{
		ID: id, Caption: caption, Synthetic: a.Synthetic, Rows: rows, Columns: []page.Column{{Name: "Quantity"}, {Name: "Value", Numeric: true}},
	}
}

// RowsTable says what was read, kept and dropped.
func RowsTable(a *audit.Audit) page.Table {
	t := quantities(a, "rows", "What was read: "+a.Name, [][]page.Cell{
		{page.Text("Rows read"), page.CountCell(a.RowsRead)},
		{page.Text("dropped as short"), page.CountCell(a.DroppedShort)},
		{page.Text("of these without any text"), page.CountCell(a.WithoutText)},
		{page.Text("dropped as duplicates"), page.CountCell(a.DroppedDuplicate)},
		{page.Text("Rows kept"), page.CountCell(a.RowsKept)},
		{page.Text("Distinct texts"), page.CountCell(a.Texts)},
		{page.Text("Labels"), page.CountCell(a.Labels)},
		{page.Text("Texts under more than one label"), page.PercentCell(a.CoFiling.SharedShare)},
		{page.Text("Largest class / smallest class"), page.Decimal.Cell(page.Of(a.Imbalance.Ratio))},
		{page.Text("Texts with a label that names a kind of document"), page.PercentCell(a.DocumentTypes.Share)},
	})
	t.Note = "Short: under 20 characters once cleaned (lower case, letters and digits of ASCII). Duplicate: the same cleaned text under the same label again. " +
		fmt.Sprintf("Largest class: %s, %s texts; smallest: %s, %s. ", a.Imbalance.Largest, page.FormatCount(a.Imbalance.LargestTexts), a.Imbalance.Smallest, page.FormatCount(a.Imbalance.SmallestTexts))
	if n := len(a.UnusedLabels); n > 0 {
		t.Note += fmt.Sprintf("Labels without a kept row: %s. ", strings.Join(a.UnusedLabels, "; "))
	}
	if n := len(a.Imbalance.Under10); n > 0 {
		t.Note += fmt.Sprintf("Under 10 texts: %s. ", strings.Join(a.Imbalance.Under10, "; "))
	}
	if labels := a.DocumentTypes.Labels; len(labels) > 0 {
		t.Note += fmt.Sprintf("Counted as kinds of document rather than specialties: %s; %s texts carry no other label.", strings.Join(labels, "; "), page.FormatCount(a.DocumentTypes.Only))
	}
	return t
}

// LabelTable is what the corpus has of every label, the largest first.
func LabelTable(a *audit.Audit) page.Table {
	t := page.Table{
		ID: "labels", Caption: "Labels", Synthetic: a.Synthetic,
		Columns: []page.Column{
			{Name: "Label"},
			{Name: "Texts", Numeric: true, Note: "also its rows"},
			{Name: "Share of rows", Numeric: true},
			{Name: "Also under another", Numeric: true, Note: "share of the label's texts that stand under another label too"},
			{Name: "Median characters", Numeric: true},
			{Name: "Median tokens", Numeric: true},
			{Name: "Over 512 tokens", Numeric: true},
			{Name: "Kind", Note: "document where the label names a kind of document"},
		},
	}
	for _, c := range bySize(a) {
		tokens, over := page.Missing("no tokenizer was given"), page.Missing("no tokenizer was given")
		if c.Tokens != nil {
			tokens, over = page.Of(c.Tokens.Median), page.Of(c.Truncated[len(c.Truncated)-1].Share)
		}
		kind := "specialty"
		if c.DocumentType {
			kind = "document"
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(c.Label), page.CountCell(c.Texts), page.PercentCell(c.RowShare), page.PercentCell(c.SharedShare), page.Count.Cell(page.Of(c.Characters.Median)),
			page.Count.Cell(tokens), page.Percent.Cell(over), page.Text(kind),
		})
	}
	return t
}

// bySize is the classes, the largest first.
func bySize(a *audit.Audit) []audit.Class {
	classes := slices.Clone(a.Classes)
	slices.SortStableFunc(classes, func(x, y audit.Class) int { return y.Texts - x.Texts })
	return classes
}

// CoFilingTable is the pairs of labels that are filed together most.
func CoFilingTable(a *audit.Audit) page.Table {
	const most = 20
	type pair struct{ i, j, texts int }
	var pairs []pair
	m := a.CoFiling
	for i := range m.Labels {
		for j := range i {
			if n := m.Counts[i][j]; n > 0 {
				pairs = append(pairs, pair{j, i, n})
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int { return y.texts - x.texts })
	t := page.Table{
		ID: "pairs", Caption: "Labels filed together", Synthetic: a.Synthetic,
		Columns: []page.Column{
			{Name: "Label"},
			{Name: "And"},
			{Name: "Texts", Numeric: true},
			{Name: "Of the first's", Numeric: true},
			{Name: "Of the second's", Numeric: true},
		},
	}
	for _, p := range pairs[:min(most, len(pairs))] {
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(m.Labels[p.i]), page.Text(m.Labels[p.j]), page.CountCell(p.texts),
			page.PercentCell(float64(p.texts) / float64(m.Counts[p.i][p.i])), page.PercentCell(float64(p.texts) / float64(m.Counts[p.j][p.j])),
		})
	}
	if len(pairs) > most {
		t.Note = fmt.Sprintf("The %d most frequent of %s pairs; the matrix in %s has all.", most, page.FormatCount(len(pairs)), "audit.json")
	}
	return t
}

// policyNames says in words what the policies of ceilings are.
var policyNames = map[string]string{
	audit.AnyFunction: "Any function of the text (ceiling)",
	audit.MostFiled:   "Best single label, most filed",
	audit.LeastFiled:  "Best single label, least filed",
	audit.Majority:    "Majority of rows",
}

// CeilingTable is the ceilings under their policies, beside what was reported.
func CeilingTable(a *audit.Audit) page.Table {
	t := page.Table{
		ID: "ceilings", Caption: "Scores by way of answering", Synthetic: a.Synthetic, Columns: []page.Column{{Name: "Answers"}},
		Note: fmt.Sprintf("Row accuracy cannot pass %s texts / %s rows = %s, whoever reads the texts: all rows of a text get the same answer, and one of them is right at most. ", page.FormatCount(a.Texts), page.FormatCount(a.RowsKept), page.FormatPercent(a.CeilingRowAccuracy, 1)) +
			"Of the ceilings, macro-F1 and weighted F1 are upper bounds, the others exact; each stands alone. Best single label: every text gets the one of its own labels that is filed most, or least, in the corpus. Majority: every text gets the largest label. " +
			"Reported: the original report's second configuration, on the rows of MTSamples split at random.",
	}
	for _, m := range audit.CeilingMetrics {
		t.Columns = append(t.Columns, page.Column{Name: m.Title(), Numeric: true})
	}
	for _, c := range a.Ceilings {
		row := []page.Cell{page.Text(policyNames[c.Policy])}
		for _, m := range audit.CeilingMetrics {
			row = append(row, page.Metric.Cell(page.Of(c.Values[m])))
		}
		t.Rows = append(t.Rows, row)
	}
	row := []page.Cell{page.Text("Reported")}
	for _, m := range audit.CeilingMetrics {
		row = append(row, page.Metric.Cell(wording.Reported(m)))
	}
	t.Rows = append(t.Rows, row)
	return t
}

// exploiterNames says in words what the exploiters answer.
var exploiterNames = map[string]string{
	audit.MajorityPredictor:       "majority class",
	audit.MemorisingPredictor:     "memoriser",
	audit.AntiMemorisingPredictor: "anti-memoriser",
	audit.CoLabelPredictor:        "co-filer",
}

// LeakTable is what leaks from train to test under both protocols.
func LeakTable(a *audit.Audit) page.Table {
	t := page.Table{
		ID: "leak", Caption: "What train tells of the test texts", Synthetic: a.Synthetic, Columns: []page.Column{{Name: "Quantity"}},
		Note: "Row split: rows drawn at random, stratified by label, as in the original report, or the parts that the source has. Group split: no text stands in two parts. " +
			"The answers below read no word of a test text; they know which labels train has for the same text, and fall back on train's majority class. " +
			"Memoriser: the most frequent of those labels. Anti-memoriser: the most frequent label that is not among them. Co-filer: of the labels not among them, the one that train files with them most. " +
			"A valid label is one of the text's labels anywhere in the corpus. In a row split the memoriser answers with a label of the text and is wrong all the same, because the test row holds another one: such a split measures how duplicates are treated. " +
			"Test texts / test rows is what a function of the text could reach on the test rows if it knew which of each text's labels they hold.",
	}
	quantities := []struct {
		name string
		cell func(p audit.SplitAudit) page.Cell
	}{
		{"Train rows", func(p audit.SplitAudit) page.Cell { return page.CountCell(p.TrainRows) }},
		{"Validation rows", func(p audit.SplitAudit) page.Cell { return page.CountCell(p.ValidationRows) }},
		{"Test rows", func(p audit.SplitAudit) page.Cell { return page.CountCell(p.TestRows) }},
		{"Test texts", func(p audit.SplitAudit) page.Cell { return page.CountCell(p.TestTexts) }},
		{"Test texts that stand in train", func(p audit.SplitAudit) page.Cell { return page.PercentCell(p.TestShareInTrain) }},
		{"Other test texts with a near duplicate in train", func(p audit.SplitAudit) page.Cell { return page.CountCell(p.TestTextsNearTrain) }},
		{"Test texts / test rows", func(p audit.SplitAudit) page.Cell { return page.Metric.Cell(page.Of(p.TestCeilingRowAccuracy)) }},
	}
	for i, e := range a.Protocols[0].Exploiters {
		quantities = append(quantities, struct {
			name string
			cell func(p audit.SplitAudit) page.Cell
		}{"Row accuracy, " + exploiterNames[e.Name], func(p audit.SplitAudit) page.Cell {
			return page.Metric.Cell(page.Of(p.Exploiters[i].RowAccuracy))
		}})
	}
	for i, e := range a.Protocols[0].Exploiters {
		quantities = append(quantities, struct {
			name string
			cell func(p audit.SplitAudit) page.Cell
		}{"Valid label, " + exploiterNames[e.Name], func(p audit.SplitAudit) page.Cell { return page.PercentCell(p.Exploiters[i].AnyValid) }})
	}
	for _, q := range quantities {
		row := []page.Cell{page.Text(q.name)}
		for _, p := range a.Protocols {
			row = append(row, q.cell(p))
		}
		t.Rows = append(t.Rows, row)
	}
	for _, p := range a.Protocols {
		name := strings.ToUpper(p.Name[:1]) + p.Name[1:] + " split"
		t.Columns = append(t.Columns, page.Column{Name: name, Numeric: true})
		if len(p.Notices) > 0 {
			t.Note += " " + name + ": " + strings.Join(p.Notices, " ")
		}
	}
	return t
}

// NearDuplicateTable is the near duplicates, and the most similar pairs.
func NearDuplicateTable(a *audit.Audit) page.Table {
	n := a.NearDuplicates
	t := page.Table{
		ID: "near", Caption: fmt.Sprintf("Near duplicates: %s pairs among %s texts", nearPairs(a), page.FormatCount(a.Texts)), Synthetic: a.Synthetic,
		Columns: []page.Column{{Name: "Note"}, {Name: "Note beside it"}, {Name: "Jaccard", Numeric: true}},
		Note: fmt.Sprintf("Distinct texts whose sets of character 5-grams, cleaned, have a Jaccard similarity of %g or more. %s texts are in a pair; they form %s groups, the largest of %s. ",
			n.Threshold, page.FormatCount(n.Texts), page.FormatCount(n.Groups), page.FormatCount(n.LargestGroup)) +
			fmt.Sprintf("%s pairs lie across the row split and %s across the group split.", page.FormatCount(a.Protocols[0].NearPairsAcross), page.FormatCount(a.Protocols[1].NearPairsAcross)),
	}
	for _, p := range n.Examples {
		t.Rows = append(t.Rows, []page.Cell{page.Text(p.A), page.Text(p.B), page.Metric.Cell(page.Of(p.Jaccard))})
	}
	if n.Pairs > len(n.Examples) {
		t.Note += fmt.Sprintf(" The %d most similar are shown.", len(n.Examples))
	}
	if n.SkippedComparisons > 0 {
		t.Note += fmt.Sprintf(" Very many texts are alike: %s comparisons were left out, so there may be more pairs.", page.FormatCount(n.SkippedComparisons))
	}
	return t
}

// LabelColumnTable says which columns give the label away.
func LabelColumnTable(a *audit.Audit) page.Table {
	t := page.Table{
		ID: "columns", Caption: "Columns that name the label", Synthetic: a.Synthetic,
		Columns: []page.Column{
			{Name: "Column"},
			{Name: "Rows filled", Numeric: true},
			{Name: "Share filled", Numeric: true},
			{Name: "Starts with the label", Numeric: true, Note: "share of the filled rows that begin with the row's own label"},
			{Name: "Contains the label", Numeric: true, Note: "share of the filled rows that have it anywhere, as whole words"},
		},
		Note: "A model that is given such a column is given the answer. The texts here are the text column alone.",
	}
	if len(a.With) > 0 {
		t.Note = "A model that is given such a column is given the answer. The texts here are extended with " + strings.Join(a.With, " and ") + "."
	}
	for _, c := range a.Columns {
		starts, contains := page.Of(c.StartsWithShare), page.Of(c.ContainsShare)
		if c.NonEmpty == 0 {
			starts, contains = page.Missing("no row has it"), page.Missing("no row has it")
		}
		t.Rows = append(t.Rows, []page.Cell{
			page.Text(c.Name), page.CountCell(c.NonEmpty), page.PercentCell(c.FilledShare), page.Percent.Cell(starts), page.Percent.Cell(contains),
		})
	}
	return t
}

// TextLengthTable is the lengths, and what is cut at the usual limits.
func TextLengthTable(a *audit.Audit) page.Table {
	l := a.Lengths
	t := page.Table{
		ID: "lengths", Caption: "Length of the texts", Synthetic: a.Synthetic,
		Columns: []page.Column{{Name: "Quantity"}, {Name: "Characters", Numeric: true}, {Name: "Tokens", Numeric: true}},
	}
	row := func(name string, characters float64, tokens func() float64, form page.Form) {
		v := page.Missing("no tokenizer was given")
		if l.Tokens != nil {
			v = page.Of(tokens())
		}
		t.Rows = append(t.Rows, []page.Cell{page.Text(name), page.Count.Cell(page.Of(characters)), form.Cell(v)})
	}
	row("Mean", l.Characters.Mean, func() float64 { return l.Tokens.Mean }, page.Count)
	row("Shortest", l.Characters.Min, func() float64 { return l.Tokens.Min }, page.Count)
	row("5 % are shorter than", l.Characters.P5, func() float64 { return l.Tokens.P5 }, page.Count)
	row("25 %", l.Characters.P25, func() float64 { return l.Tokens.P25 }, page.Count)
	row("Median", l.Characters.Median, func() float64 { return l.Tokens.Median }, page.Count)
	row("75 %", l.Characters.P75, func() float64 { return l.Tokens.P75 }, page.Count)
	row("95 %", l.Characters.P95, func() float64 { return l.Tokens.P95 }, page.Count)
	row("Longest", l.Characters.Max, func() float64 { return l.Tokens.Max }, page.Count)
	for _, c := range l.Truncated {
		t.Rows = append(t.Rows, []page.Cell{page.Text(fmt.Sprintf("Share of texts over %d", c.Tokens)), {Missing: "tokens are what a model's limit counts"}, page.PercentCell(c.Share)})
	}
	if l.Tokens != nil {
		t.Note = fmt.Sprintf("Tokens: WordPiece of %s, [CLS] and [SEP] included. Reported: %s of the notes exceed %d.", l.Tokenizer, page.FormatPercent(original.Study.Truncated, 1), original.Study.MaxLength)
	}
	return t
}

// AuditOriginTable says what the numbers depend on.
func AuditOriginTable(a *audit.Audit) page.Table {
	t := page.Table{ID: "made", Caption: "What made these numbers", Synthetic: a.Synthetic, Columns: []page.Column{{Name: "What"}, {Name: "Value"}}}
	tokenizer := a.Lengths.Tokenizer
	if tokenizer == "" {
		tokenizer = "none"
	}
	for _, row := range [][2]string{
		{"Notes", a.Name}, {"Notes (SHA-256)", a.Hash}, {"Seed of the splits", fmt.Sprint(a.Seed)}, {"Tokenizer", tokenizer}, {"Definitions, version", fmt.Sprint(a.Version)},
	} {
		t.Rows = append(t.Rows, []page.Cell{page.Text(row[0]), page.Text(row[1])})
	}
	return t
}
