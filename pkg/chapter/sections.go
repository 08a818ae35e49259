package chapter

import (
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/claim"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// The data, as in the notebook 01_data.
var (
	Rows        = section("read", "What was read", ofAudit, prose(auditList), table(RowsTable))
	Labels      = section("label-counts", "Labels", ofAudit, figure(ClassCountFigure), figure(LabelsPerTextFigure))
	CoFiling    = section("together", "Labels that are filed together", ofAudit, figure(CoFilingFigure), table(CoFilingTable))
	Ceiling     = section("allowed", "What the labels allow", ofAudit, figure(CeilingFigure), table(CeilingTable))
	Leaks       = section("leaks", "What leaks through a split", ofAudit, table(LeakTable), table(NearDuplicateTable))
	Columns     = section("beside", "Columns beside the text", ofAudit, table(LabelColumnTable))
	Lengths     = section("length", "Lengths", ofAudit, figure(TextLengthFigure), table(TextLengthTable), table(LabelTable))
	AuditOrigin = section("audit-origin", "What made these numbers", ofAudit, table(AuditOriginTable))
)

// Audit lists the sections that the page of an audit has.
func Audit() []Section {
	return []Section{Rows, Labels, CoFiling, Ceiling, Leaks, Columns, Lengths, AuditOrigin}
}

// Fine-tuning, as in 02_finetune.
var (
	Method = section("method", "Method", ofStudy(experiment.PartAudit, experiment.PartSweep, experiment.PartComparisons), discussion("method"))

	Configurations      = section("configurations", "The sweep", ofSweep, table(SweepTable))
	ConfigurationCurves = section("configuration-curves", "Losses and scores by epoch", ofSweep, figure(SweepLossFigure), figure(SweepScoreFigure))
	Selected            = section("selected", "The selected configuration", ofTraining, table(SetupTable), figure(LossFigure), figure(ValidationFigure))
	Results             = section("test-results", "Results", ofSelected, table(ResultsTable))
)

// The baselines, as in 03_baselines: each view under one protocol after the other.
var (
	BaselineSummary = section("baselines", "What is compared", ofComparisons, prose(comparisonList))
	Scores          = section("scores", "Scores", ofComparisons, each(figure(ComparisonFigure)), each(table(ComparisonTable)), each(table(FurtherScoresTable)))
	Significance    = section("significance", "Which differences are significant", ofComparisons, each(table(SignificanceTable)))
	Tuning          = section("tuning", "How the linear models were tuned", ofComparisons, each(table(TuningTable)))
	Terms           = section("terms", "What a linear model goes by", ofComparisons, each(table(TermTable)))
	Classes         = section("by-class", "By specialty", ofSelected, figure(ClassF1Figure), table(ClassTable))
)

// What LoRA saves, and learning rates, as in 04_efficiency; and the times, which stand at the end of 06_discussion.
var (
	Parameters    = section("parameters", "LoRA efficiency", ofStudy(experiment.PartSweep, experiment.PartCompared), table(selectedParameters), table(MethodTable))
	LearningRates = section("learning-rates", "Learning-rate sensitivity", ofRates, ratesFigure, ratesTable)
	Times         = section("what-it-took", "Times", ofStudy(experiment.PartSweep, experiment.PartCompared, experiment.PartInference), table(TrainingTimesTable), table(InferenceTable))
)

// The errors, as in 05_errors.
var (
	ErrorOverview     = section("error-overview", "Errors at a glance", ofErrors, prose(errorText), table(ErrorOverviewTable))
	Patterns          = section("four-patterns", "The report's four patterns", ofErrors, table(PatternTable), table(FindingTable))
	ErrorsByLength    = section("errors-length", "Length", ofErrors, figure(ErrorLengthFigure), figure(MisreadLengthFigure), table(MisreadLengthTable), table(ErrorLengthTable))
	Confusions        = section("errors-similarity", "Similar specialties", ofErrors, figure(ConfusionFigure), table(ConfusionTable), table(PairTable))
	ErrorsByImbalance = section("errors-imbalance", "Imbalance", ofErrors, figure(ImbalanceFigure), table(BandTable), table(ClassErrorTable))
	ErrorsByKind      = section("errors-kinds", "Administrative against clinical", ofErrors, figure(KindFigure), table(KindTable), table(CrossingTable))
	Slices            = section("error-slices", "Slices", ofErrors, table(WorstSliceTable), table(SliceTable))
	Examples          = section("worked-examples", "Worked examples", ofErrors, table(ExampleTable))
	Confidence        = section("confidence", "Confidence", ofErrors, figure(ReliabilityFigure), figure(RowReliabilityFigure), table(CalibrationTable))
	Thresholds        = section("automatic", "Automatic or to a person", ofErrors, figure(CoverageFigure), table(ThresholdTable))
)

// The discussion, as in 06_discussion.
var (
	Limitations  = section("limitations", "Limitations", ofStudy(), discussion("limitations"))
	Improvements = section("proposals", "Improvements", ofStudy(), discussion("improvements"), table(ImprovementTable))
	Deployment   = section("deployment", "Deployment", ofStudy(), discussion("deployment"))
	Provenance   = section("provenance", "Provenance", ofTraining, table(OriginTable))
)

// What the original states beside this run, one section for each part of it.
var (
	DataClaims        = claims(claim.PartData)
	MethodClaims      = claims(claim.PartMethod)
	ClassClaims       = claims(claim.PartClasses)
	EfficiencyClaims  = claims(claim.PartEfficiency)
	RateClaims        = claims(claim.PartRates)
	ErrorClaims       = claims(claim.PartErrors)
	ImprovementClaims = claims(claim.PartImprovements)
	DeploymentClaims  = claims(claim.PartDeployment)

	AllClaims     = section("reported", "Reported beside this run", ofStudy(), table(claim.AllTable))
	ReportedTimes = section("reported-times", "Reported times", ofStudy(), table(claim.TimesTable))
)

func claims(part claim.Part) Section {
	return section("reported-"+string(part), "Reported beside this run: "+claim.PartTitles[part], ofStudy(claimNeeds(part)...),
		table(func(s *experiment.Study) page.Table { return claim.Table(s, part) }))
}

// claimNeeds are the results that the claims of a part are made from.
func claimNeeds(part claim.Part) []experiment.Part {
	needs := []experiment.Part{experiment.PartSweep, experiment.PartComparisons}
	switch part {
	case claim.PartData:
		needs = append(needs, experiment.PartAudit)
	case claim.PartRates:
		needs = append(needs, experiment.PartRates)
	case claim.PartEfficiency:
		needs = append(needs, experiment.PartCompared)
	case claim.PartClasses, claim.PartErrors, claim.PartDeployment:
		needs = append(needs, experiment.PartErrors)
	case claim.PartImprovements:
		needs = append(needs, experiment.PartAudit)
	}
	return needs
}

// discussion is a text that is filled from a template.
func discussion(name string) view[*experiment.Study] {
	return prose(func(s *experiment.Study) (string, error) { return discussionText(s, name) })
}

func auditList(a *audit.Audit) (string, error) {
	return "- " + strings.Join(AuditSummary(a), "\n- ") + "\n", nil
}

func comparisonList(all []*experiment.Comparison) (string, error) {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "- Protocol *%s*: %s\n", c.Baselines.Protocol, ComparisonSummary(c))
	}
	return b.String(), nil
}

func errorText(e *experiment.Errors) (string, error) { return ErrorSummary(e), nil }

func selectedParameters(s *experiment.Study) page.Table { return ParameterTable(s.Selected()) }

// ratesFigure is the learning-rate curve, or that there is none.
func ratesFigure(c experiment.Curve) ([]page.Block, error) {
	if !c.Any() {
		return []page.Block{page.Prose("No learning rate was compared: `rates.lora` and `rates.full` of the profile are empty, or every run failed.")}, nil
	}
	return figure(RatesFigure)(c)
}

// ratesTable lists the learning rates, where there are any.
func ratesTable(c experiment.Curve) ([]page.Block, error) {
	if len(c) == 0 {
		return nil, nil
	}
	return table(RatesTable)(c)
}
