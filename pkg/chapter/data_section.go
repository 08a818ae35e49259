package chapter

import (
	"strings"

	"github.com/specialist-nlp/specialist/pkg/audit"
)

// The sections of the chapter on the data.
var (
	Rows = section("read", "What was read", ofAudit, func(b *blocks, a *audit.Audit) {
		b.text("- " + strings.Join(AuditSummary(a), "\n- ") + "\n")
		b.table(RowsTable(a))
	})
	Labels = section("label-counts", "Labels", ofAudit, func(b *blocks, a *audit.Audit) {
		b.figure(ClassCountFigure(a))
		b.figure(LabelsPerTextFigure(a))
	})
	CoFiling = section("together", "Labels that are filed together", ofAudit, func(b *blocks, a *audit.Audit) {
		b.figure(CoFilingFigure(a))
		b.table(CoFilingTable(a))
	})
	Ceiling = section("allowed", "What the labels allow", ofAudit, func(b *blocks, a *audit.Audit) {
		b.figure(CeilingFigure(a))
		b.table(CeilingTable(a))
	})
	Leaks = section("leaks", "What leaks through a split", ofAudit, func(b *blocks, a *audit.Audit) {
		b.table(LeakTable(a))
		b.table(NearDuplicateTable(a))
	})
	Columns = section("beside", "Columns beside the text", ofAudit, func(b *blocks, a *audit.Audit) {
		b.table(LabelColumnTable(a))
	})
	Lengths = section("length", "Lengths", ofAudit, func(b *blocks, a *audit.Audit) {
		b.figure(TextLengthFigure(a))
		b.table(TextLengthTable(a))
		b.table(LabelTable(a))
	})
	AuditOrigin = section("audit-origin", "What made these numbers", ofAudit, func(b *blocks, a *audit.Audit) {
		b.table(AuditOriginTable(a))
	})
)

// Audit lists the sections that the page of an audit has.
func Audit() []Section {
	return []Section{Rows, Labels, CoFiling, Ceiling, Leaks, Columns, Lengths, AuditOrigin}
}
