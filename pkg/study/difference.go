package study

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
)

// difference is one thing that stands between a reported number and this run's.
type difference struct{ key, words string }

// The keys of differences.
const (
	byNotes    = "notes"
	byCleaning = "cleaning"
	byText     = "text"
	byBase     = "base"
	byLength   = "length"
	byTraining = "training"
	byTargets  = "targets"
	bySplit    = "split"
)

// byAny are all keys.
var byAny = append([]string{byCleaning}, byScore...)

// byScore are the keys of what can move a test score.
var byScore = []string{byNotes, byCleaning, byText, byBase, byLength, byTraining, byTargets, bySplit}

// differences are what differs from the original report in a run and, as far as the split goes, under the given protocols.
func (r *Run) differences(protocols ...string) []difference {
	c := r.Corpus
	var all []difference
	add := func(key, format string, args ...any) {
		all = append(all, difference{key, upper(key) + ": " + fmt.Sprintf(format, args...)})
	}
	switch {
	case c.Synthetic:
		add(byNotes, "synthetic here, so that the numbers say that the method runs, not how well it files real notes; MTSamples' there")
	case !c.asPublished():
		add(byNotes, "%s here, MTSamples there", c.Name)
	case c.RowsKept != reported.Kept:
		add(byCleaning, "%s rows of the same collection are kept here, %s there", number(c.RowsKept), number(reported.Kept))
	}
	if len(c.With) > 0 {
		add(byText, "%s here", c.text())
	}
	if !r.reportedBase() {
		add(byBase, "%s here, %s there (%s and %.0f million parameters without the head)", r.baseName(), reported.Base, millions(r.encoder()), float64(reported.EncoderParameters)/1e6)
	}
	if c.MaxLength != reported.MaxLength {
		add(byLength, "the first %d tokens of a note are read here, %d there", c.MaxLength, reported.MaxLength)
	}
	if changed := r.otherTraining(); changed != "" {
		add(byTraining, "%s", changed)
	}
	if r.Profile.Corpus.Targets == "sets" {
		add(byTargets, "a text is learned once with its label set here, once for each label there")
	}
	add(bySplit, "%s", split(protocols))
	return all
}

// asPublished says whether the notes are, by their number and their labels, the collection of the report.
func (c Counts) asPublished() bool {
	return !c.Synthetic && c.RowsRead == reported.Notes && c.Labels == reported.Labels
}

// split says how protocols stand to the report's split.
func split(protocols []string) string {
	row, group := "rows are drawn at random as in the report, by another draw", "no text stands in two parts; in the report, which drew rows at random, a test text may stand in the training part under another label"
	switch {
	case len(protocols) > 1:
		return "under protocol row, " + row + "; under group, " + group
	case slices.Contains(protocols, corpus.ProtocolRow):
		return row
	}
	return group
}

// otherTraining lists the settings that differ from those of the report's best configuration, which stand in parentheses.
func (r *Run) otherTraining() string {
	p := r.Profile.Train
	best := reported.Sweep[reported.Selected]
	var changed []string
	differ := func(differs bool, format string, args ...any) {
		if differs {
			changed = append(changed, fmt.Sprintf(format, args...))
		}
	}
	differ(p.Method != methodLoRA, "%s (LoRA)", r.Profile.methodName())
	if p.Method == methodLoRA {
		differ(r.Profile.Adapter.Rank != reported.Rank, "rank %d (%d)", r.Profile.Adapter.Rank, reported.Rank)
		differ(!slices.Equal(r.Profile.Adapter.TargetModules, reported.Targets), "adapters on %s (%s)", strings.Join(r.Profile.Adapter.TargetModules, ", "), strings.Join(reported.Targets, ", "))
	}
	differ(p.LearningRate != best.LearningRate, "learning rate %g (%g)", p.LearningRate, best.LearningRate)
	differ(p.BatchSize != best.BatchSize, "batches of %d (%d)", p.BatchSize, best.BatchSize)
	differ(p.Epochs != best.Epochs, "%d epochs (%d)", p.Epochs, best.Epochs)
	differ(p.WarmupSteps != reported.WarmupSteps, "%d warm-up steps (%d)", p.WarmupSteps, reported.WarmupSteps)
	differ(p.WeightDecay != best.WeightDecay, "weight decay %g (%g)", p.WeightDecay, best.WeightDecay)
	differ(r.Profile.precision() != reported.Precision, "%s (%s)", r.Profile.precision(), reported.Precision)
	if len(changed) == 0 {
		return ""
	}
	return strings.Join(changed, ", ") + "; in parentheses the report's best configuration"
}

// precision is the type that the model is trained in.
func (p Profile) precision() string {
	if p.Train.Precision == "" {
		return "f32"
	}
	return p.Train.Precision
}

// reportedBase says whether the base goes by the name of the report's.
func (r *Run) reportedBase() bool {
	name, _, _ := strings.Cut(filepath.Base(r.Profile.Base), "@")
	return name == reported.Base
}

// baseName is the base in words.
func (r *Run) baseName() string {
	if r.Profile.Base == bundledBase {
		return "MiniLM"
	}
	name, _, _ := strings.Cut(filepath.Base(r.Profile.Base), "@")
	return name
}

// encoder counts the base's parameters without a head.
func (f *Fit) encoder() int { return f.Parameters.Total - f.Parameters.Adapter - f.Parameters.Head }

// hidden is the base's width. The head is a layer of width x width and one of width x labels, each with its biases, so that it has
// (width + 1)(width + labels) parameters. It is 0 where no width gives their number.
func (f *Fit) hidden() int {
	for width := 1; ; width++ {
		switch n := (width + 1) * (width + f.Corpus.Labels); {
		case n == f.Parameters.Head:
			return width
		case n > f.Parameters.Head:
			return 0
		}
	}
}

// millions writes a number in millions.
func millions(n int) string { return fmt.Sprintf("%.1f", float64(n)/1e6) }

// whyDifferent says what stands between the reported numbers and this run's.
func (r *Run) whyDifferent() string {
	said := []string{"Reported: the original report's best configuration, on the rows of MTSamples, split at random."}
	for _, d := range r.differences(r.Corpus.Protocol) {
		said = append(said, d.words+".")
	}
	return strings.Join(said, " ")
}
