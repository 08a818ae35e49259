package erroranalysis

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestHeadings(t *testing.T) {
	for text, want := range map[string][]string{
		"SUBJECTIVE:,  This woman.,MEDICATIONS: , None.,SUBJECTIVE:, Again.":       {"SUBJECTIVE", "MEDICATIONS"},
		"PREOPERATIVE DIAGNOSIS:  Fracture.\nHistory of present illness: long":     {"PREOPERATIVE DIAGNOSIS", "HISTORY OF PRESENT ILLNESS"},
		"CAUDAL INJECTION,PROCEDURE:,:,1.  Caudal.,2. Use.,DETAILS:,":              {"PROCEDURE", "DETAILS"},
		"OBJECTIVE:,Vitals:  Weight 130.,HEENT:  Clear. LUNGS: Clear. BP: 120/80.": {"OBJECTIVE", "VITALS", "HEENT", "LUNGS"},
		"He said, as always: no. The plan is this: rest.":                          nil,
		"VITAL SIGNS: P: 80 R: 20":                                                 {"VITAL SIGNS"},
		"  Plan: rest":                                                             {"PLAN"},
		"ASSESSMENT/PLAN (TODAY):rest":                                             {"ASSESSMENT/PLAN (TODAY)"},
		"This line is a sentence of many words and no heading: at all":             nil,
		strings.Repeat("A", 70) + ": x":                                            nil,
		"at 12:30 PM: seen":                                                        nil,
		"::,:\n:":                                                                  nil,
		"":                                                                         nil,
		"ÉTAT GÉNÉRAL: bon":                                                        {"ÉTAT GÉNÉRAL"},
	} {
		if got := Headings(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestHeadingsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"PLAN", ":", ",", ". ", "\n", "Exam", " "}))).Draw(t, "parts"), "")
		seen := map[string]bool{}
		for _, h := range Headings(text) {
			if seen[h] || h != strings.ToUpper(h) || h != strings.Join(strings.Fields(h), " ") || strings.ContainsAny(h, ":,.;\n") || len(h) < headingLetters {
				t.Fatalf("heading %q of %q", h, text)
			}
			seen[h] = true
			if _, ok := heading(h, '.'); !ok {
				t.Fatalf("%q is a heading once and not twice", h)
			}
		}
	})
}

func TestYear(t *testing.T) {
	for text, want := range map[string]int{
		"Born 5/6/1950, seen on 02/19/2007.":        2007,
		"MRI of 2008-01-03, and on March 4th, 2006": 2008,
		"Sept. 3 2009":                         2009,
		"in 1995, 120/80, 01/02/09, room 2003": 0,
		"12-31-1999":                           1999,
		"":                                     0,
	} {
		if got := Year(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestLookUp(t *testing.T) {
	labels := []string{"Cardiovascular / Pulmonary", "Consult - History and Phy.", "Surgery", "Sur", "Neurology", "Neurosurgery"}
	for name, want := range map[string]string{"Cardiovascular": labels[0], "consult": labels[1], "SURGERY": "Surgery", "sur": "Sur", "Neurol": "Neurology"} {
		if got, err := lookUp(name, labels); err != nil || labels[got] != want {
			t.Errorf("%q: %v, %v, want %q", name, got, err, want)
		}
	}
	_, err := lookUp("Neuro", labels)
	testkit.Refused(t, "a name of two labels", err, `2 labels begin with "Neuro": Neurology, Neurosurgery`)
	_, err = lookUp("Nuerology", labels)
	testkit.Refused(t, "a misspelt name", err, `nearest is "Neurology"`)
}
