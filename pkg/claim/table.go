package claim

import (
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// PartTitles are the parts as a table names them.
var PartTitles = map[Part]string{
	PartData: "the data", PartMethod: "the method", PartSweep: "the sweep", PartResults: "the results", PartBaselines: "the baselines", PartClasses: "single classes",
	PartEfficiency: "parameters", PartRates: "learning rates", PartErrors: "the errors", PartImprovements: "improvements", PartDeployment: "deployment",
}

// Table sets what the original states in one part beside this run.
func Table(s *experiment.Study, part Part) page.Table {
	return table(s, "claims-"+string(part), "What the report states of "+PartTitles[part]+", beside this run", All(s, part), false)
}

// AllTable sets all that the original states beside this run, but for times.
func AllTable(s *experiment.Study) page.Table {
	return table(s, "claims", "Every number of the report, beside this run", All(s), true)
}

// TimesTable sets the reported times and memory beside this run's. It belongs to the block of times.
func TimesTable(s *experiment.Study) page.Table {
	t := table(s, "claims-times", "What the report states of times and memory, beside this run", Times(s), false)
	t.Note = "Reported: on a GPU. This run: " + s.Sweep.Selected().Provenance.Device + ". " + t.Note
	return t
}

func table(s *experiment.Study, id, caption string, claims []Claim, parts bool) page.Table {
	t := page.Table{ID: id, Caption: caption, Synthetic: s.Sweep.Selected().Corpus.Synthetic, Columns: []page.Column{{Name: "What"}}}
	if parts {
		t.Columns = append(t.Columns, page.Column{Name: "Part"})
	}
	t.Columns = append(t.Columns, page.Column{Name: "Reported"})
	own := s.Sweep.Selected().Corpus.Protocol
	protocols := measuredProtocols(s, claims)
	switch depends := slices.ContainsFunc(claims, Claim.depends); {
	case depends && len(protocols) > 1:
		t.Columns = append(t.Columns,
			page.Column{Name: "This run, row", Note: "rows divided at random, as the report did: the one to compare with"},
			page.Column{Name: "This run, group", Note: "no text stands in two parts: the one to go by"})
	case depends:
		t.Columns = append(t.Columns, page.Column{Name: "This run", Note: "protocol " + own})
	default:
		protocols = protocols[:1]
		t.Columns = append(t.Columns, page.Column{Name: "This run"})
	}
	t.Columns = append(t.Columns, page.Column{Name: "Why they may differ"})
	used := make(map[string]bool)
	for _, c := range claims {
		row := []page.Cell{page.Text(c.What)}
		if parts {
			row = append(row, page.Text(string(c.Part)))
		}
		row = append(row, c.Reported)
		for _, protocol := range protocols {
			row = append(row, c.under(protocol))
		}
		t.Rows = append(t.Rows, append(row, c.why(protocols, used)))
	}
	t.Note = explainedCauses(s, used, protocols)
	return t
}

// under is the claim's cell of a protocol.
func (c Claim) under(protocol string) page.Cell {
	if protocol == corpus.ProtocolRow {
		return c.Row
	}
	return c.Group
}

// depends says whether the number depends on the protocol.
func (c Claim) depends() bool { return c.Row.Text != c.Group.Text || c.Row.Missing != c.Group.Missing }

// measuredProtocols lists the protocols under which some claim has a number; the profile's own where there is none.
func measuredProtocols(s *experiment.Study, claims []Claim) []string {
	kept := slices.DeleteFunc(s.Protocols(), func(protocol string) bool {
		return !slices.ContainsFunc(claims, func(c Claim) bool { return c.under(protocol).Missing == "" })
	})
	if len(kept) == 0 {
		return []string{s.Sweep.Selected().Corpus.Protocol}
	}
	return kept
}

// why says in a few words what may make a claim's numbers differ, and marks what it names as used.
func (c Claim) why(protocols []string, used map[string]bool) page.Cell {
	same, missing := true, true
	for _, protocol := range protocols {
		same = same && c.under(protocol).Text == c.Reported.Text
		missing = missing && c.under(protocol).Missing != ""
	}
	switch {
	case same:
		return page.Text("the same")
	case missing:
		return page.Text("no number here")
	case len(c.Why) == 0:
		return page.Text("as far as is known, nothing")
	}
	for _, reason := range c.Why {
		used[reason] = true
	}
	return page.Text(strings.Join(c.Why, "; "))
}

// Differences are those of the study's model, under all protocols that were run.
func Differences(s *experiment.Study) []difference {
	return runDifferences(s.Sweep.Selected(), s.Protocols()...)
}

// explainedCauses spells out the differences that are used, the split's for the given protocols.
func explainedCauses(s *experiment.Study, used map[string]bool, protocols []string) string {
	var reported []string
	for _, d := range runDifferences(s.Sweep.Selected(), protocols...) {
		if used[d.key] {
			reported = append(reported, d.Words+".")
		}
	}
	return strings.Join(reported, " ")
}
