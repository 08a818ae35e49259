package claim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/wording"
)

// difference is one thing that stands between a reported number and this run's.
type difference struct{ key, Words string }

// The keys of differences.
const (
	causeNotes    = "notes"
	causeCleaning = "cleaning"
	causeText     = "text"
	causeBase     = "base"
	causeLength   = "length"
	causeTraining = "training"
	causeTargets  = "targets"
	causeSplit    = "split"
)

// allCauses are all keys.
var allCauses = append([]string{causeCleaning}, scoreCauses...)

// scoreCauses are the keys of what can move a test score.
var scoreCauses = []string{causeNotes, causeCleaning, causeText, causeBase, causeLength, causeTraining, causeTargets, causeSplit}

// runDifferences are what differs from the original in a run and, as far as the split goes, under the given protocols.
func runDifferences(r *experiment.Run, protocols ...string) []difference {
	c := r.Corpus
	var all []difference
	add := func(key, format string, args ...any) {
		all = append(all, difference{key, wording.Upper(key) + ": " + fmt.Sprintf(format, args...)})
	}
	switch {
	case c.Synthetic:
		add(causeNotes, "synthetic here, so that the numbers say that the method runs, not how well it files real notes; MTSamples' there")
	case !asPublished(c):
		add(causeNotes, "%s here, MTSamples there", c.Name)
	case c.RowsKept != original.Study.Kept:
		add(causeCleaning, "%s rows of the same collection are kept here, %s there", page.FormatCount(c.RowsKept), page.FormatCount(original.Study.Kept))
	}
	if len(c.With) > 0 {
		add(causeText, "%s here", wording.CorpusText(c))
	}
	if !SameBase(r) {
		add(causeBase, "%s here, %s there (%s and %.0f million parameters without the head)", r.Profile.BaseName(), original.Study.Base, page.FormatMillions(r.EncoderParameters()), float64(original.Study.EncoderParameters)/1e6)
	}
	if c.MaxLength != original.Study.MaxLength {
		add(causeLength, "the first %d tokens of a note are read here, %d there", c.MaxLength, original.Study.MaxLength)
	}
	if changed := otherTraining(r); changed != "" {
		add(causeTraining, "%s", changed)
	}
	if r.Profile.Corpus.Targets == "sets" {
		add(causeTargets, "a text is learned once with its label set here, once for each label there")
	}
	add(causeSplit, "%s", splitDifference(protocols))
	return all
}

// asPublished says whether the notes are, by their number and their labels, the collection of the original.
func asPublished(c experiment.Counts) bool {
	return !c.Synthetic && c.RowsRead == original.Study.Notes && c.Labels == original.Study.Labels
}

// splitDifference says how protocols stand to the original's split.
func splitDifference(protocols []string) string {
	row, group := "rows are drawn at random as in the report, by another draw", "no text stands in two parts; in the report, which drew rows at random, a test text may stand in the training part under another label"
	switch {
	case len(protocols) > 1:
		return "under protocol row, " + row + "; under group, " + group
	case slices.Contains(protocols, corpus.ProtocolRow):
		return row
	}
	return group
}

// otherTraining lists the settings that differ from those of the original's best configuration, which stand in parentheses.
func otherTraining(r *experiment.Run) string {
	p := r.Profile.Train
	best := original.Study.Sweep[original.Study.Selected]
	var changed []string
	differ := func(differs bool, format string, args ...any) {
		if differs {
			changed = append(changed, fmt.Sprintf(format, args...))
		}
	}
	differ(p.Method != profile.MethodLoRA, "%s (LoRA)", r.Profile.MethodName())
	if p.Method == profile.MethodLoRA {
		differ(r.Profile.Adapter.Rank != original.Study.Rank, "rank %d (%d)", r.Profile.Adapter.Rank, original.Study.Rank)
		differ(!slices.Equal(r.Profile.Adapter.TargetModules, original.Study.Targets), "adapters on %s (%s)", strings.Join(r.Profile.Adapter.TargetModules, ", "), strings.Join(original.Study.Targets, ", "))
	}
	differ(p.LearningRate != best.LearningRate, "learning rate %g (%g)", p.LearningRate, best.LearningRate)
	differ(p.BatchSize != best.BatchSize, "batches of %d (%d)", p.BatchSize, best.BatchSize)
	differ(p.Epochs != best.Epochs, "%d epochs (%d)", p.Epochs, best.Epochs)
	differ(p.WarmupSteps != original.Study.WarmupSteps, "%d warm-up steps (%d)", p.WarmupSteps, original.Study.WarmupSteps)
	differ(p.WeightDecay != best.WeightDecay, "weight decay %g (%g)", p.WeightDecay, best.WeightDecay)
	differ(r.Profile.Precision() != original.Study.Precision, "%s (%s)", r.Profile.Precision(), original.Study.Precision)
	if len(changed) == 0 {
		return ""
	}
	return strings.Join(changed, ", ") + "; in parentheses the report's best configuration"
}

// SameBase says whether the base goes by the name of the original's.
func SameBase(r *experiment.Run) bool { return r.Profile.BaseName() == original.Study.Base }

// WhyDifferent says what stands between the reported numbers and this run's.
func WhyDifferent(r *experiment.Run) string {
	reported := []string{"Reported: the original report's best configuration, on the rows of MTSamples, split at random."}
	for _, d := range runDifferences(r, r.Corpus.Protocol) {
		reported = append(reported, d.Words+".")
	}
	return strings.Join(reported, " ")
}
