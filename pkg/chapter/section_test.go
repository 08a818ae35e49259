package chapter

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/studykit"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// The stages of a store that sections may read, by what they are made for.
var (
	audited   = []string{"audit"}
	trained   = []string{"train"}
	compared  = []string{"train", "baselines", "comparison"}
	everybody = []string{"audit", "train", "rate", "baselines", "comparison", "inference"}
)

// allSections are the sections by their names, with the stages that each may read.
var allSections = map[string]struct {
	Section
	reads []string
}{
	"Rows": {Rows, audited}, "Labels": {Labels, audited}, "CoFiling": {CoFiling, audited}, "Ceiling": {Ceiling, audited}, "Leaks": {Leaks, audited},
	"Columns": {Columns, audited}, "Lengths": {Lengths, audited}, "AuditOrigin": {AuditOrigin, audited},

	"Method":         {Method, append([]string{"audit"}, compared...)},
	"Configurations": {Configurations, trained}, "ConfigurationCurves": {ConfigurationCurves, trained}, "Selected": {Selected, trained}, "Results": {Results, trained},

	"BaselineSummary": {BaselineSummary, compared}, "Scores": {Scores, compared}, "Significance": {Significance, compared}, "Tuning": {Tuning, compared},
	"Terms": {Terms, compared}, "Classes": {Classes, trained},

	"Parameters": {Parameters, trained}, "LearningRates": {LearningRates, []string{"rate"}}, "Times": {Times, []string{"train", "inference"}},

	"ErrorOverview": {ErrorOverview, trained}, "Patterns": {Patterns, trained}, "ErrorsByLength": {ErrorsByLength, trained}, "Confusions": {Confusions, trained},
	"ErrorsByImbalance": {ErrorsByImbalance, trained}, "ErrorsByKind": {ErrorsByKind, trained}, "Slices": {Slices, trained}, "Examples": {Examples, trained},
	"Confidence": {Confidence, trained}, "Thresholds": {Thresholds, trained},

	"Limitations": {Limitations, everybody}, "Improvements": {Improvements, everybody}, "Deployment": {Deployment, everybody}, "Provenance": {Provenance, trained},

	"DataClaims": {DataClaims, append([]string{"audit"}, compared...)}, "MethodClaims": {MethodClaims, compared}, "ClassClaims": {ClassClaims, compared},
	"EfficiencyClaims": {EfficiencyClaims, compared}, "RateClaims": {RateClaims, append([]string{"rate"}, compared...)}, "ErrorClaims": {ErrorClaims, compared},
	"ImprovementClaims": {ImprovementClaims, append([]string{"audit"}, compared...)}, "DeploymentClaims": {DeploymentClaims, compared},
	"AllClaims": {AllClaims, everybody}, "ReportedTimes": {ReportedTimes, everybody},
}

// TestEverySectionIsTested reads the names of the sections from the source, so that a new one cannot be left out of the tests below.
func TestEverySectionIsTested(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			list, ok := d.(*ast.GenDecl)
			if !ok || list.Tok != token.VAR {
				continue
			}
			for _, spec := range list.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if !isSection(value, i) {
						continue
					}
					found++
					if _, known := allSections[name.Name]; !known {
						t.Errorf("%s: section %s is in no test", path, name.Name)
					}
				}
			}
		}
	}
	if found != len(allSections) {
		t.Errorf("the source has %d sections, the tests %d", found, len(allSections))
	}
}

// isSection says whether a variable is set by a call of section or claims, which make one.
func isSection(v *ast.ValueSpec, i int) bool {
	if i >= len(v.Values) {
		return false
	}
	call, ok := v.Values[i].(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.Ident)
	return ok && (f.Name == "section" || f.Name == "claims")
}

// TestSectionsReadTheirStages and no others: with these in the store, and allowed to make nothing, each section is shown; without one of them it is not.
func TestSectionsReadTheirStages(t *testing.T) {
	full := tinyStore(t)
	show := func(s Section, stages []string) ([]page.Block, error) {
		some := t.TempDir()
		for _, name := range stages {
			if err := os.Symlink(filepath.Join(full, name), filepath.Join(some, name)); err != nil {
				t.Fatal(err)
			}
		}
		e := newTiny(t, some)
		e.Store.Policy = stage.Policy{ReadOnly: true}
		return s.Blocks(t.Context(), e, stage.Log{})
	}
	for name, s := range allSections {
		blocks, err := show(s.Section, s.reads)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		check(t, name, blocks)
		for i, left := range s.reads {
			if _, err := show(s.Section, slices.Delete(slices.Clone(s.reads), i, i+1)); !errors.Is(err, stage.ErrMissing) {
				t.Errorf("%s without the stage %s: %v", name, left, err)
			}
		}
	}
	if got := testkit.Entries(t, full); !slices.Equal(got, []string{"audit", "baselines", "comparison", "inference", "rate", "train"}) {
		t.Errorf("the store holds %q", got)
	}
}

// TestSectionsMakeWhatTheyNeed: from nothing, the labels are audited and nothing is trained.
func TestSectionsMakeWhatTheyNeed(t *testing.T) {
	for _, test := range []struct {
		section Section
		stages  []string
	}{{Labels, audited}, {Results, trained}} {
		dir := t.TempDir()
		if _, err := test.section.Blocks(t.Context(), newTiny(t, dir), stage.Log{}); err != nil {
			t.Fatal(err)
		}
		if got := testkit.Entries(t, dir); !slices.Equal(got, test.stages) {
			t.Errorf("%s made %q, want %q", test.section.ID, got, test.stages)
		}
	}
}

// check fails where a block cannot be shown or has a hole.
func check(t *testing.T, name string, blocks []page.Block) {
	t.Helper()
	if len(blocks) == 0 {
		t.Errorf("%s shows nothing", name)
	}
	for _, b := range blocks {
		text, err := b.Text()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := b.HTML(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		broken := numberHoles
		if _, prose := b.(page.Prose); prose {
			broken = holes
		}
		if hole := broken.FindString(text); hole != "" || strings.TrimSpace(text) == "" {
			t.Errorf("%s has a hole, %q:\n%s", name, hole, text)
		}
	}
}

// TestSectionsOfOddStudies: whatever a study lacks, its sections are shown without holes, from the parts that they need and no other. The sections on
// errors need predictions on disk: TestErrorViewsRender has theirs.
func TestSectionsOfOddStudies(t *testing.T) {
	for study, s := range studykit.Odd(t) {
		for name, section := range allSections {
			needs := section.Needs()
			of := func(part experiment.Part) bool { return slices.Equal(needs, []experiment.Part{part}) }
			switch {
			case of(experiment.PartErrors), of(experiment.PartAudit) && study != "whole": // the others have the same audit
				continue
			case s.Inference == nil && slices.Contains(needs, experiment.PartInference), s.Comparisons == nil && of(experiment.PartComparisons):
				continue // an experiment has them always
			case study == "nothing to analyse" && name == "Classes":
				continue
			}
			blocks, err := section.Show(only(s, needs))
			if err != nil {
				t.Errorf("%s of %s: %v", name, study, err)
				continue
			}
			check(t, name+" of "+study, blocks)
		}
	}
}

// only is a study that has the given parts alone, or all where none is given.
func only(s *experiment.Study, parts []experiment.Part) *experiment.Study {
	if len(parts) == 0 {
		return s
	}
	out := &experiment.Study{Profile: s.Profile}
	for _, part := range parts {
		switch part {
		case experiment.PartAudit:
			out.Audit = s.Audit
		case experiment.PartSweep:
			out.Sweep = s.Sweep
		case experiment.PartCompared:
			out.Compared = s.Compared
		case experiment.PartRates:
			out.Rates = s.Rates
		case experiment.PartComparisons:
			out.Comparisons = s.Comparisons
		case experiment.PartErrors:
			out.Errors = s.Errors
		case experiment.PartInference:
			out.Inference = s.Inference
		}
	}
	return out
}

// TestSectionsStandOnOnePage: a page refuses an id that stands twice, of a section or of what it shows.
func TestSectionsStandOnOnePage(t *testing.T) {
	study, err := newTiny(t, tinyStore(t)).Study(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	doc := page.Page{Title: "Everything"}
	for name, s := range allSections {
		blocks, err := s.Show(study)
		if err != nil {
			t.Fatal(err)
		}
		body, err := page.Join(blocks...)
		if err != nil {
			t.Fatal(err)
		}
		if s.Title == "" {
			t.Errorf("section %s has no title", name)
		}
		doc.Sections = append(doc.Sections, page.Section{ID: s.ID, Title: s.Title, Body: body})
	}
	if err := doc.Write(&bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}

// TestASectionFailsWithItsFirstError, and shows nothing half.
func TestASectionFailsWithItsFirstError(t *testing.T) {
	s := studykit.New(t)
	s.Audit.Classes = nil
	if _, err := Labels.Show(s); err == nil || !strings.Contains(err.Error(), "class-counts") {
		t.Errorf("a figure without labels: %v", err)
	}
}
