package study

import (
	"encoding/json"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// Part is the part of the report that a claim belongs to.
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

// Claim is a number that the original report states, with what this run has of it. A cell without a number says why there is none.
type Claim struct {
	Part     Part
	What     string
	Reported page.Cell
	// Row is this run's number under protocol row, which is the report's, Group that under protocol group. They are the same where the
	// number does not depend on how the notes were divided.
	Row, Group page.Cell
	// Why names what may make the numbers differ: keys of the run's differences, or a few words of its own.
	Why []string
	// Timed numbers differ between two equal runs: times and memory.
	Timed bool
}

// Claims lists every number that the original report states, part by part.
func (s *Study) Claims() []Claim {
	l := newLedger(s)
	l.data()
	l.method()
	l.sweep()
	l.results()
	l.baselines()
	l.classes()
	l.efficiency()
	l.rates()
	l.errors()
	l.improvements()
	l.deployment()
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
	write := func(cell page.Cell) entry { return entry{plainText(cell.Text), cell.Sort, cell.Missing} }
	return json.Marshal(struct {
		Part     Part     `json:"part"`
		What     string   `json:"what"`
		Reported entry    `json:"reported"`
		Row      entry    `json:"row"`
		Group    entry    `json:"group"`
		Why      []string `json:"why"`
	}{c.Part, c.What, write(c.Reported), write(c.Row), write(c.Group), c.Why})
}

// ledger gathers claims.
type ledger struct {
	*Study
	run    *Run // the study's model
	tests  []tested
	part   Part
	timed  bool
	alike  []string // keys of what does not differ
	claims []Claim
}

// tested is what was run under one protocol.
type tested struct {
	protocol string
	run      *Run    // nil where the protocol was not run
	rivals   *Rivals // nil where there are no baselines
}

func newLedger(s *Study) *ledger {
	l := &ledger{Study: s, run: s.Sweep.Chosen(), tests: []tested{s.under(corpus.ProtocolRow), s.under(corpus.ProtocolGroup)}, alike: slices.Clone(byAny)}
	for _, d := range s.differences() {
		l.alike = slices.DeleteFunc(l.alike, func(key string) bool { return key == d.key })
	}
	return l
}

// under finds what was run under a protocol.
func (s *Study) under(protocol string) tested {
	out := tested{protocol: protocol}
	if run := s.Sweep.Chosen(); run.Corpus.Protocol == protocol {
		out.run = run
	}
	for _, c := range s.Comparisons {
		if c.Rivals.Protocol == protocol {
			out.run, out.rivals = c.Run, c.Rivals
		}
	}
	return out
}

// protocolsRun lists the protocols under which the study's model was tested.
func (s *Study) protocolsRun() []string {
	var all []string
	for _, protocol := range []string{corpus.ProtocolRow, corpus.ProtocolGroup} {
		if s.under(protocol).run != nil {
			all = append(all, protocol)
		}
	}
	return all
}

// notRun is the cell of a protocol that the study did not use.
func notRun(protocol string) page.Cell {
	return page.Cell{Missing: "protocol " + protocol + " was not run"}
}

func (l *ledger) add(what string, said page.Cell, cells [2]page.Cell, why []string) {
	kept := slices.DeleteFunc(append([]string{}, why...), func(reason string) bool { return slices.Contains(l.alike, reason) })
	l.claims = append(l.claims, Claim{Part: l.part, What: what, Reported: said, Row: cells[0], Group: cells[1], Why: kept, Timed: l.timed})
}

// same adds a number that does not depend on the protocol.
func (l *ledger) same(what string, said, here page.Cell, why ...string) {
	l.add(what, said, [2]page.Cell{here, here}, why)
}

// each adds a number that was measured under each protocol that was run.
func (l *ledger) each(what string, said page.Cell, of func(tested) page.Cell, why ...string) {
	var cells [2]page.Cell
	for i, one := range l.tests {
		cells[i] = notRun(one.protocol)
		if one.run != nil {
			cells[i] = of(one)
		}
	}
	l.add(what, said, cells, why)
}

// own adds a number that was measured under the profile's own protocol alone.
func (l *ledger) own(what string, said, here page.Cell, why ...string) {
	protocol := l.run.Corpus.Protocol
	l.each(what, said, func(one tested) page.Cell {
		if one.protocol == protocol {
			return here
		}
		return page.Cell{Missing: "measured under protocol " + protocol + " alone"}
	}, why...)
}

// data is what the report says of its notes.
func (l *ledger) data() {
	l.part = PartData
	a := l.Audit
	divided := func(rows func(p audit.Protocol) int) func(tested) page.Cell {
		return func(one tested) page.Cell {
			for _, p := range a.Protocols {
				if p.Name == one.protocol {
					return rowsOf(rows(p), a.RowsKept)
				}
			}
			return notRun(one.protocol)
		}
	}
	published := func(rows func(p audit.Protocol) int) page.Cell {
		for _, p := range a.Protocols {
			if p.SourceParts {
				return count(rows(p))
			}
		}
		return page.Cell{Missing: "these notes are not divided by their source"}
	}
	learned := func(p audit.Protocol) int { return p.TrainRows + p.ValidationRows }
	toTest := func(p audit.Protocol) int { return p.TestRows }

	l.same("Notes as published", count(reported.Notes), count(a.RowsRead), byNotes)
	l.same("of these to train", count(reported.NotesToTrain), published(learned), byNotes, "counted after cleaning here")
	l.same("of these to test", count(reported.NotesToTest), published(toTest), byNotes, "counted after cleaning here")
	l.same("Specialties", count(reported.Labels), count(a.Labels), byNotes)
	l.same("Shortest cleaned note that is kept, characters", count(reported.LeastCharacters), count(corpus.MinCharacters))
	l.same("Notes left by cleaning", count(reported.Kept), count(a.RowsKept), byNotes, byCleaning)
	l.each("of these to train and validate", count(reported.KeptToTrain), divided(learned), byNotes, byCleaning)
	l.each("of these to train", statedPart(reported.TrainRows), divided(func(p audit.Protocol) int { return p.TrainRows }), byNotes, byCleaning)
	l.each("of these to validate", statedPart(reported.ValidationRows), divided(func(p audit.Protocol) int { return p.ValidationRows }), byNotes, byCleaning)
	l.each("of these to test", statedPart(reported.TestRows), divided(toTest), byNotes, byCleaning)
	long := page.Missing("no tokenizer was given")
	for _, c := range a.Lengths.Truncated {
		if c.Tokens == reported.MaxLength {
			long = page.Of(c.Share)
		}
	}
	fits := long
	fits.Number = 1 - long.Number
	l.same("Notes that fit 512 tokens", stated(reported.Whole), page.Percent.Cell(fits), byNotes, "texts here, rows there")
	l.same("Notes that are cut at 512 tokens", stated(reported.Truncated), page.Percent.Cell(long), byNotes, "texts here, rows there")
	imbalance := page.Missing("no label has a text")
	if a.Imbalance.SmallestTexts > 0 {
		imbalance = page.Of(a.Imbalance.Ratio)
	}
	l.same("Largest class over smallest", times(reported.Imbalance), ratioCell(imbalance), byNotes, byCleaning)
}

// method is what the report says of its model and its training.
func (l *ledger) method() {
	l.part = PartMethod
	r := l.run
	p := r.Profile
	width := page.Missing("the head has another form")
	if n := r.hidden(); n > 0 {
		width = page.Of(float64(n))
	}
	l.same("Parameters of the encoder", sorted("66 million", float64(reported.EncoderParameters)), count(r.encoder()), byBase)
	l.same("Width of the encoder", count(reported.HiddenDim), page.Count.Cell(width), byBase)
	l.same("Tokens that are read", count(reported.MaxLength), count(r.Corpus.MaxLength), byLength)
	adapter := func(cell page.Cell) page.Cell {
		if p.Train.Method != methodLoRA {
			return page.Cell{Missing: "trained by " + p.methodName() + ", without an adapter"}
		}
		return cell
	}
	l.same("LoRA: rank", count(reported.Rank), adapter(count(p.Adapter.Rank)), "a setting")
	l.same("LoRA: alpha", plain(reported.Alpha), adapter(plain(p.Adapter.Alpha)), "a setting")
	l.same("LoRA: dropout", plain(reported.Dropout), adapter(plain(p.Adapter.Dropout)), "a setting")
	l.same("LoRA: linear layers", listed(reported.Targets), adapter(listed(p.Adapter.TargetModules)), "a setting")
	l.same("Warm-up steps", count(reported.WarmupSteps), count(p.Train.WarmupSteps), "a setting")
	l.same("Precision in training", page.Text(reported.Precision), page.Text(p.precision()), "a setting")
	patience := page.Text("never stops early")
	if p.Train.Patience > 0 {
		patience = count(p.Train.Patience)
	}
	l.same("Patience of early stopping, epochs", between(float64(reported.Patience[0]), float64(reported.Patience[1]), plainly), patience, "a setting")
}

// named finds the outcome of a configuration.
func (s *Study) named(name string) *Outcome {
	i := slices.IndexFunc(s.Sweep.Outcomes, func(o Outcome) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Sweep.Outcomes[i]
}
