package baseline

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// specialties are the labels of MTSamples, and the names that its copy on the Hub gives them.
var specialties = map[string]string{
	"Allergy / Immunology": "Allergy_Immunology", "Autopsy": "Autopsy", "Bariatrics": "Bariatrics",
	"Cardiovascular / Pulmonary": "Cardiovascular_Pulmonary", "Chiropractic": "Chiropractic",
	"Consult - History and Phy.": "Consult_History_and_Physical", "Cosmetic / Plastic Surgery": "Cosmetic_Plastic_Surgery",
	"Dentistry": "Dentistry", "Dermatology": "Dermatology", "Diets and Nutritions": "Diets_and_Nutrition",
	"Discharge Summary": "Discharge_Summary", "ENT - Otolaryngology": "ENT_Otolaryngology",
	"Emergency Room Reports": "Emergency_Room_Reports", "Endocrinology": "Endocrinology", "Gastroenterology": "Gastroenterology",
	"General Medicine": "General_Medicine", "Hematology - Oncology": "Hematology_Oncology",
	"Hospice - Palliative Care": "Hospice_Palliative_Care", "IME-QME-Work Comp etc.": "IME_QME_Work_Comp",
	"Lab Medicine - Pathology": "Lab_Medicine_Pathology", "Letters": "Letters", "Nephrology": "Nephrology",
	"Neurology": "Neurology", "Neurosurgery": "Neurosurgery", "Obstetrics / Gynecology": "Obstetrics_Gynecology",
	"Office Notes": "Office_Notes", "Ophthalmology": "Ophthalmology", "Orthopedic": "Orthopedic",
	"Pain Management": "Pain_Management", "Pediatrics - Neonatal": "Pediatrics_Neonatal",
	"Physical Medicine - Rehab": "Physical_Medicine_Rehab", "Podiatry": "Podiatry", "Psychiatry / Psychology": "Psychiatry_Psychology",
	"Radiology": "Radiology", "Rheumatology": "Rheumatology", "SOAP / Chart / Progress Notes": "SOAP_Chart_Progress_Notes",
	"Sleep Medicine": "Sleep_Medicine", "Speech - Language": "Speech_Language", "Surgery": "Surgery", "Urology": "Urology",
}

func TestOwnRulesKnowEverySpecialty(t *testing.T) {
	book, err := BuiltinRules()
	if err != nil {
		t.Fatal(err)
	}
	var csv, hub []string
	for a, b := range specialties {
		csv, hub = append(csv, a), append(hub, b)
	}
	for _, labels := range [][]string{csv, hub} {
		slices.Sort(labels)
		r, err := NewRules(book, labels, slices.Repeat([]int{1}, len(labels)))
		if err != nil {
			t.Fatal(err)
		}
		if len(labels) != 40 || len(r.UnknownLabels())+len(r.Unused()) > 0 {
			t.Errorf("%d labels, without rules %q, rules without a label %q", len(labels), r.UnknownLabels(), r.Unused())
		}
		for text, want := range map[string]string{
			"The cataract was removed by PHACOEMULSIFICATION.":             "Ophthalmology",
			"Flexible cystoscopy shows an enlarged prostate.":              "Urology",
			"PREOPERATIVE DIAGNOSIS: lipoma. ESTIMATED BLOOD LOSS: small.": "Surgery",
			"Obstructive sleep apnea, on CPAP after a sleep study.":        "Sleep Medicine",
			"The decedent was found at home; manner of death: natural.":    "Autopsy",
		} {
			outputs, err := r.Predict(t.Context(), []string{text})
			if err != nil {
				t.Fatal(err)
			}
			got := labels[predict.Prediction{Logits: outputs[0].Logits}.Top(1)[0]]
			if got != want && got != specialties[want] {
				t.Errorf("%q is labelled %q, want %q", text, got, want)
			}
		}
	}
}

func book(t *testing.T, content string) (*Rulebook, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadRules(path)
}

const smallRules = `most: 2
specialties:
  - label: Urology
    also: [Urologic Surgery]
    cues: {3: [prostat*, kidney stone], 0.5: [urine]}
  - label: Ear / Throat
    cues: {1: [ear, follow-up, "T2*"]}
  - label: Podiatry
    cues: {1: [foot]}
`

func TestRulesCountCues(t *testing.T) {
	b, err := book(t, smallRules)
	if err != nil {
		t.Fatal(err)
	}
	labels := []string{"Astrology", "EAR_THROAT", "urologic surgery"}
	r, err := NewRules(b, labels, []int{1, 0, 3})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.UnknownLabels(), []string{"Astrology"}) || !slices.Equal(r.Unused(), []string{"Podiatry"}) {
		t.Errorf("without rules %q, rules without a label %q", r.UnknownLabels(), r.Unused())
	}
	for text, want := range map[string][]float32{
		"Prostate, prostatic and PROSTATITIS":       {0, 0, 6}, // two of three count
		"A kidney\n stone. Urine; kidney and stone": {0, 0, 3.5},
		"ear early years":                           {0, 1, 0}, // whole words
		"Follow up of T2w images, foot":             {0, 2, 0},
		"kidney":                                    nil,
		"":                                          nil,
		"foot, of which no label is left in the set": nil,
	} {
		got, err := predict.Run(t.Context(), r, []predict.Note{{ID: "1", Text: text}})
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			if top := got[0].Top(3); !slices.Equal(top, []int{2, 0, 1}) || got[0].Scores[2] != .75 || got[0].Scores[1] != 0 {
				t.Errorf("%q without a cue: %v, scores %v; want the training shares", text, top, got[0].Scores)
			}
		} else if !slices.Equal(got[0].Logits, want) {
			t.Errorf("%q: %v, want %v", text, got[0].Logits, want)
		}
	}
	tied, err := r.Predict(t.Context(), []string{"ear ear T2 urine urine prostate"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{0, 3, 4}; !slices.Equal(tied[0].Logits, want) {
		t.Errorf("several labels: %v, want %v", tied[0].Logits, want)
	}
}

func TestRulesRefuse(t *testing.T) {
	for name, test := range map[string]struct{ old, new, want string }{
		"unknown key":     {"most:", "atmost:", "atmost not found"},
		"no most":         {"most: 2\n", "", "most is 0"},
		"no label":        {"- label: Podiatry\n    cues", "- cues", "specialty 3 has no label"},
		"no cues":         {"{1: [foot]}", "{}", `:8: "Podiatry" has no cues`},
		"taken label":     {"Podiatry", "urologic SURGERY", `:8: "urologic SURGERY" is already a spelling of "Urology"`},
		"no letters":      {"Podiatry", "--", "no letter or digit"},
		"weight":          {"{1: [foot]}", "{much: [foot]}", `weight "much"`},
		"negative weight": {"{1: [foot]}", "{-1: [foot]}", `weight "-1"`},
		"twice":           {"[foot]", "[foot, \"FOOT!\"]", `cue "FOOT!" of "Podiatry" is listed twice`},
		"star":            {"[foot]", "[f*t]", "a * may stand at the end"},
		"bare star":       {"[foot]", `["sore *"]`, "2 or more letters"},
		"blank cue":       {"[foot]", `["-"]`, "no letter or digit"},
		"not YAML":        {"[foot]}", "[foot", "yaml"},
	} {
		_, err := book(t, strings.Replace(smallRules, test.old, test.new, 1))
		testkit.Refused(t, name, err, "rules.yaml", test.want)
	}
	_, err := book(t, "")
	testkit.Refused(t, "empty", err, "the file is empty")
	_, err = book(t, smallRules+"---\nmost: 3\n")
	testkit.Refused(t, "second document", err, "more than one YAML document")
	_, err = ReadRules(filepath.Join(t.TempDir(), "none.yaml"))
	testkit.Refused(t, "missing", err, "none.yaml")

	b, err := book(t, smallRules)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewRules(b, []string{"a", "b"}, []int{1, 1})
	testkit.Refused(t, "no label known", err, "none of the 2 labels has rules")
	_, err = NewRules(b, []string{"urology", "Urologic Surgery"}, []int{1, 1})
	testkit.Refused(t, "one specialty", err, `"urology" and "Urologic Surgery" are both spellings of "Urology"`)
	_, err = NewRules(b, []string{"Urology"}, []int{0})
	testkit.Refused(t, "no rows", err, "no training rows")
}
