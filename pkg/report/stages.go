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
	{"data", nil, costs(.5), (*builder).data},                             // the audit
	{"sweep", nil, sweepCost, (*builder).sweep},                           // the configurations, and which is selected
	{"compare", nil, compareCost, (*builder).compare},                     // other ways to train
	{"rates", nil, ratesCost, (*builder).rates},                           // the learning-rate curve
	{"baselines", []string{"sweep"}, baselinesCost, (*builder).baselines}, // under each protocol
	{"errors", []string{"sweep"}, costs(.5), (*builder).errors},           // their analysis, and the words that spoke for an answer
	{"speed", []string{"sweep"}, costs(.5), (*builder).speed},             // of inference
	{"notebooks", results, costs(4), (*builder).notebooks},                // executed
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

func (b *builder) data(ctx context.Context, log stage.Log) error {
	return b.load(ctx, experiment.PartAudit, log)
}

func (b *builder) sweep(ctx context.Context, log stage.Log) error {
	return b.load(ctx, experiment.PartSweep, log)
}

func (b *builder) compare(ctx context.Context, log stage.Log) error {
	return b.load(ctx, experiment.PartCompared, log)
}

func (b *builder) rates(ctx context.Context, log stage.Log) error {
	return b.load(ctx, experiment.PartRates, log)
}

func (b *builder) baselines(ctx context.Context, log stage.Log) error {
	return b.load(ctx, experiment.PartComparisons, log)
}

func (b *builder) errors(ctx context.Context, log stage.Log) error {
	_, err := b.experiment.Explanation(ctx, log)
	return err
}

func (b *builder) speed(ctx context.Context, log stage.Log) error {
	return b.load(ctx, experiment.PartInference, log)
}

// load makes a part of the study, or reads it.
func (b *builder) load(ctx context.Context, part experiment.Part, log stage.Log) error {
	_, err := b.experiment.Study(ctx, log, part)
	return err
}
