package chapter

import (
	"github.com/specialist-nlp/specialist/pkg/experiment"
)

// The sections of the discussion.
var (
	Limitations = section("limitations", "Limitations", ofStudy(), func(b *blocks, s *experiment.Study) {
		b.discussion(s, "limitations")
	})
	Improvements = section("proposals", "Improvements", ofStudy(), func(b *blocks, s *experiment.Study) {
		b.discussion(s, "improvements")
		b.table(ImprovementTable(s))
	})
	Deployment = section("deployment", "Deployment", ofStudy(), func(b *blocks, s *experiment.Study) {
		b.discussion(s, "deployment")
	})
	Provenance = section("provenance", "Provenance", ofSelected, func(b *blocks, r *experiment.Run) {
		b.table(OriginTable(&r.TrainingRun))
	})
)

// discussion adds a text that is filled from a template.
func (b *blocks) discussion(s *experiment.Study, name string) {
	text, err := discussionText(s, name)
	if err != nil && b.err == nil {
		b.err = err
	}
	b.text(text)
}
