package claim

import (
	"encoding/json"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/original"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
)

// Part is the part of the original that a claim belongs to.
type Part string

// The parts.
const (
	PartData         Part = "data"
	PartMethod       Part = "method"
	PartSweep        Part = "sweep"
	PartResults      Part = "results"
	PartBaselines    Part = "baselines"
	PartClasses      Part = "classes"
	PartEfficiency   Part = "efficiency"
	PartRates        Part = "rates"
	PartErrors       Part = "errors"
	PartImprovements Part = "improvements"
	PartDeployment   Part = "deployment"
)

// Claim is a number that the original states, with what this run has of it. A cell without a number says why there is none.
type Claim struct {
	Part     Part
	What     string
	Reported page.Cell
	// Row is this run's number under protocol row, which is the original's, Group that under protocol group. They are the same where the
	// number does not depend on how the notes were divided.
	Row, Group page.Cell
	// Why names what may make the numbers differ: keys of the run's differences, or a few words of its own.
	Why []string
	// Timed numbers differ between two equal runs: times and memory.
	Timed bool
}

// gatherers add the claims of each part, in the order of the parts.
var gatherers = []struct {
	part   Part
	gather func(*builder)
}{
	{PartData, (*builder).data},
	{PartMethod, (*builder).method},
	{PartSweep, (*builder).sweep},
	{PartResults, (*builder).results},
	{PartBaselines, (*builder).baselines},
	{PartClasses, (*builder).classes},
	{PartEfficiency, (*builder).efficiency},
	{PartRates, (*builder).rates},
	{PartErrors, (*builder).errors},
	{PartImprovements, (*builder).improvements},
	{PartDeployment, (*builder).deployment},
}

// All lists every number that the original states but for times, part by part: those of the given parts, or all.
func All(s *experiment.Study, parts ...Part) []Claim {
	l := newBuilder(s)
	for _, g := range gatherers {
		if len(parts) == 0 || slices.Contains(parts, g.part) {
			l.part = g.part
			g.gather(l)
		}
	}
	return l.claims
}

// Times lists the times and the memory that the original states.
func Times(s *experiment.Study) []Claim {
	l := newBuilder(s)
	l.timed = true
	l.times()
	return l.claims
}

// MarshalJSON writes the claim as results.json has it: each number with its text, or why it is missing.
func (c Claim) MarshalJSON() ([]byte, error) {
	type entry struct {
		Text    string   `json:"text,omitempty"`
		Number  *float64 `json:"number,omitempty"`
		Missing string   `json:"missing,omitempty"`
	}
	write := func(cell page.Cell) entry { return entry{page.PlainSpaces(cell.Text), cell.Sort, cell.Missing} }
	return json.Marshal(struct {
		Part     Part     `json:"part"`
		What     string   `json:"what"`
		Reported entry    `json:"reported"`
		Row      entry    `json:"row"`
		Group    entry    `json:"group"`
		Why      []string `json:"why"`
	}{c.Part, c.What, write(c.Reported), write(c.Row), write(c.Group), c.Why})
}

// builder is claims while they are gathered.
type builder struct {
	*experiment.Study
	run    *experiment.Run // the study's model
	tests  []experiment.ProtocolResult
	part   Part
	timed  bool
	alike  []string // keys of what does not differ
	claims []Claim
}

func newBuilder(s *experiment.Study) *builder {
	l := &builder{Study: s, run: s.Sweep.Selected(), tests: []experiment.ProtocolResult{s.Under(corpus.ProtocolRow), s.Under(corpus.ProtocolGroup)}, alike: slices.Clone(allCauses)}
	for _, d := range Differences(s) {
		l.alike = slices.DeleteFunc(l.alike, func(key string) bool { return key == d.key })
	}
	return l
}

// notRun is the cell of a protocol that the study did not use.
func notRun(protocol string) page.Cell {
	return page.Cell{Missing: "protocol " + protocol + " was not run"}
}

func (l *builder) add(what string, reported page.Cell, cells [2]page.Cell, why []string) {
	kept := slices.DeleteFunc(append([]string{}, why...), func(reason string) bool { return slices.Contains(l.alike, reason) })
	l.claims = append(l.claims, Claim{Part: l.part, What: what, Reported: reported, Row: cells[0], Group: cells[1], Why: kept, Timed: l.timed})
}

// same adds a number that does not depend on the protocol.
func (l *builder) same(what string, reported, here page.Cell, why ...string) {
	l.add(what, reported, [2]page.Cell{here, here}, why)
}

// each adds a number that was measured under each protocol that was run.
func (l *builder) each(what string, reported page.Cell, of func(experiment.ProtocolResult) page.Cell, why ...string) {
	var cells [2]page.Cell
	for i, one := range l.tests {
		cells[i] = notRun(one.Protocol)
		if one.Run != nil {
			cells[i] = of(one)
		}
	}
	l.add(what, reported, cells, why)
}

// own adds a number that was measured under the profile's own protocol alone.
func (l *builder) own(what string, reported, here page.Cell, why ...string) {
	protocol := l.run.Corpus.Protocol
	l.each(what, reported, func(one experiment.ProtocolResult) page.Cell {
		if one.Protocol == protocol {
			return here
		}
		return page.Cell{Missing: "measured under protocol " + protocol + " alone"}
	}, why...)
}

// data is what the original says of its notes.
func (l *builder) data() {
	a := l.Audit
	divided := func(rows func(p audit.SplitAudit) int) func(experiment.ProtocolResult) page.Cell {
		return func(one experiment.ProtocolResult) page.Cell {
			for _, p := range a.Protocols {
				if p.Name == one.Protocol {
					return rowsOf(rows(p), a.RowsKept)
				}
			}
			return notRun(one.Protocol)
		}
	}
	published := func(rows func(p audit.SplitAudit) int) page.Cell {
		for _, p := range a.Protocols {
			if p.SourceParts {
				return page.CountCell(rows(p))
			}
		}
		return page.Cell{Missing: "these notes are not divided by their source"}
	}
	learned := func(p audit.SplitAudit) int { return p.TrainRows + p.ValidationRows }
	toTest := func(p audit.SplitAudit) int { return p.TestRows }

	l.same("Notes as published", page.CountCell(original.Study.Notes), page.CountCell(a.RowsRead), causeNotes)
	l.same("of these to train", page.CountCell(original.Study.NotesToTrain), published(learned), causeNotes, "counted after cleaning here")
	l.same("of these to test", page.CountCell(original.Study.NotesToTest), published(toTest), causeNotes, "counted after cleaning here")
	l.same("Specialties", page.CountCell(original.Study.Labels), page.CountCell(a.Labels), causeNotes)
	l.same("Shortest cleaned note that is kept, characters", page.CountCell(original.Study.MinCharacters), page.CountCell(corpus.MinCharacters))
	l.same("Notes left by cleaning", page.CountCell(original.Study.Kept), page.CountCell(a.RowsKept), causeNotes, causeCleaning)
	l.each("of these to train and validate", page.CountCell(original.Study.KeptToTrain), divided(learned), causeNotes, causeCleaning)
	l.each("of these to train", statedPart(original.Study.TrainRows), divided(func(p audit.SplitAudit) int { return p.TrainRows }), causeNotes, causeCleaning)
	l.each("of these to validate", statedPart(original.Study.ValidationRows), divided(func(p audit.SplitAudit) int { return p.ValidationRows }), causeNotes, causeCleaning)
	l.each("of these to test", statedPart(original.Study.TestRows), divided(toTest), causeNotes, causeCleaning)
	long := page.Missing("no tokenizer was given")
	for _, c := range a.Lengths.Truncated {
		if c.Tokens == original.Study.MaxLength {
			long = page.Of(c.Share)
		}
	}
	fits := long
	fits.Number = 1 - long.Number
	l.same("Notes that fit 512 tokens", page.ExactPercentCell(original.Study.Whole), page.Percent.Cell(fits), causeNotes, "texts here, rows there")
	l.same("Notes that are cut at 512 tokens", page.ExactPercentCell(original.Study.Truncated), page.Percent.Cell(long), causeNotes, "texts here, rows there")
	imbalance := page.Missing("no label has a text")
	if a.Imbalance.SmallestTexts > 0 {
		imbalance = page.Of(a.Imbalance.Ratio)
	}
	l.same("Largest class over smallest", page.FactorCell(original.Study.Imbalance), page.RatioCell(imbalance), causeNotes, causeCleaning)
}

// method is what the original says of its model and its training.
func (l *builder) method() {
	r := l.run
	p := r.Profile
	width := page.Missing("the head has another form")
	if n := r.HiddenSize(); n > 0 {
		width = page.Of(float64(n))
	}
	l.same("Parameters of the encoder", page.SortedCell("66 million", float64(original.Study.EncoderParameters)), page.CountCell(r.EncoderParameters()), causeBase)
	l.same("Width of the encoder", page.CountCell(original.Study.HiddenDim), page.Count.Cell(width), causeBase)
	l.same("Tokens that are read", page.CountCell(original.Study.MaxLength), page.CountCell(r.Corpus.MaxLength), causeLength)
	adapter := func(cell page.Cell) page.Cell {
		if p.Train.Method != profile.MethodLoRA {
			return page.Cell{Missing: "trained by " + p.MethodName() + ", without an adapter"}
		}
		return cell
	}
	l.same("LoRA: rank", page.CountCell(original.Study.Rank), adapter(page.CountCell(p.Adapter.Rank)), "a setting")
	l.same("LoRA: alpha", page.ExactCell(original.Study.Alpha), adapter(page.ExactCell(p.Adapter.Alpha)), "a setting")
	l.same("LoRA: dropout", page.ExactCell(original.Study.Dropout), adapter(page.ExactCell(p.Adapter.Dropout)), "a setting")
	l.same("LoRA: linear layers", page.ListCell(original.Study.Targets), adapter(page.ListCell(p.Adapter.TargetModules)), "a setting")
	l.same("Warm-up steps", page.CountCell(original.Study.WarmupSteps), page.CountCell(p.Train.WarmupSteps), "a setting")
	l.same("Precision in training", page.Text(original.Study.Precision), page.Text(p.Precision()), "a setting")
	patience := page.Text("never stops early")
	if p.Train.Patience > 0 {
		patience = page.CountCell(p.Train.Patience)
	}
	l.same("Patience of early stopping, epochs", page.RangeCell(float64(original.Study.Patience[0]), float64(original.Study.Patience[1]), page.FormatExact), patience, "a setting")
}
