package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/spelling"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// definition is a stage of a report.
type definition struct {
	name  string
	needs []string                        // the stages whose results it reads
	cost  func(p profile.Profile) float64 // what it takes, in epochs of LoRA
	run   func(*builder, context.Context, stage.Log) error
}

// results are the stages whose results the notebooks and the page show.
var results = []string{"data", "sweep", "compare", "rates", "baselines", "errors", "speed"}

// stages are the stages of a report, in their order.
var stages = []definition{
	{"data", nil, costs(.5), part(experiment.PartAudit)},                              // the audit
	{"sweep", nil, sweepCost, part(experiment.PartSweep)},                             // the configurations, and which is selected
	{"compare", nil, compareCost, part(experiment.PartCompared)},                      // other ways to train
	{"rates", nil, ratesCost, part(experiment.PartRates)},                             // the learning-rate curve
	{"baselines", []string{"sweep"}, baselinesCost, part(experiment.PartComparisons)}, // under each protocol
	{"errors", []string{"sweep"}, costs(.5), explained},                               // their analysis, and the words that contributed to a prediction
	{"speed", []string{"sweep"}, costs(.5), part(experiment.PartInference)},           // of inference
	{"notebooks", results, costs(4), (*builder).notebooks},                            // executed
	{"page", append([]string{"notebooks"}, results...), costs(.5), (*builder).page},
}

// Stages lists the stages' names, in their order.
func Stages() []string {
	names := make([]string, len(stages))
	for i, s := range stages {
		names[i] = s.name
	}
	return names
}

// checkStages refuses stages that there are not, and says which is the nearest.
func checkStages(names []string) error {
	for _, name := range names {
		if !slices.Contains(Stages(), name) {
			return fmt.Errorf("there is no stage %q; the nearest is %q, and the stages are %s", name, spelling.Nearest(name, Stages()), strings.Join(Stages(), ", "))
		}
	}
	return nil
}

// costs is a cost that does not depend on the profile.
func costs(epochs float64) func(profile.Profile) float64 {
	return func(profile.Profile) float64 { return epochs }
}

func sweepCost(p profile.Profile) float64 {
	return total(p.ConfigurationCosts(p.SweepConfigurations()))
}

func compareCost(p profile.Profile) float64 { return total(p.ConfigurationCosts(p.Compare)) }

func ratesCost(p profile.Profile) float64 { return total(experiment.RateCosts(p)) }

func baselinesCost(p profile.Profile) float64 { return total(experiment.ComparisonCosts(p, p)) }

func total(costs []float64) float64 {
	sum := 0.0
	for _, c := range costs {
		sum += c
	}
	return sum
}

// part makes a part of the study, or reads it.
func part(p experiment.Part) func(*builder, context.Context, stage.Log) error {
	return func(b *builder, ctx context.Context, log stage.Log) error {
		_, err := b.experiment.Study(ctx, log, p)
		return err
	}
}

// explained makes the errors with the words that contributed to the predictions, which no part of the study holds.
func explained(b *builder, ctx context.Context, log stage.Log) error {
	_, err := b.experiment.Explanation(ctx, log)
	return err
}
