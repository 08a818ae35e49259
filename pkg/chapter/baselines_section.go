package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// The sections of the chapter on baselines.
var (
	BaselineSummary = section("baselines", "What is compared", ofComparisons, func(b *blocks, all []*experiment.Comparison) {
		var summary strings.Builder
		for _, c := range all {
			fmt.Fprintf(&summary, "- Protocol *%s*: %s\n", c.Baselines.Protocol, ComparisonSummary(c))
		}
		b.text(summary.String())
	})
	Scores = section("scores", "Scores", ofComparisons, func(b *blocks, all []*experiment.Comparison) {
		for _, c := range all {
			b.figure(ComparisonFigure(c))
		}
		b.tables(all, ComparisonTable, FurtherScoresTable)
	})
	Significance = section("significance", "Which differences are significant", ofComparisons, func(b *blocks, all []*experiment.Comparison) {
		b.tables(all, SignificanceTable)
	})
	Tuning = section("tuning", "How the linear models were tuned", ofComparisons, func(b *blocks, all []*experiment.Comparison) {
		b.tables(all, TuningTable)
	})
	Terms = section("terms", "What a linear model goes by", ofComparisons, func(b *blocks, all []*experiment.Comparison) {
		b.tables(all, TermTable)
	})
	Classes = section("by-class", "By specialty", ofSelected, func(b *blocks, r *experiment.Run) {
		b.figure(ClassF1Figure(r))
		b.table(ClassTable(r))
	})
)

// tables shows each table under one protocol after the other.
func (b *blocks) tables(all []*experiment.Comparison, tables ...func(*experiment.Comparison) page.Table) {
	for _, table := range tables {
		for _, c := range all {
			b.table(table(c))
		}
	}
}
