package baseline

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed rules.yaml
var ownRules []byte

// Rulebook is what a rules file says: the cues of each specialty.
type Rulebook struct {
	name        string
	most        int // matches of one cue in one note that count
	specialties []specialty
}

type specialty struct {
	label  string
	line   int
	titles []string // canonical spellings
	cues   []cue
}

type cue struct {
	text   string
	words  []pattern
	weight float64
}

// rulesFile is the YAML of a rules file; nodes are kept where a message needs the line.
type rulesFile struct {
	Most        int `yaml:"most"`
	Specialties []struct {
		Label yaml.Node              `yaml:"label"`
		Also  []yaml.Node            `yaml:"also"`
		Cues  map[string][]yaml.Node `yaml:"cues"`
	} `yaml:"specialties"`
}

// OwnRules returns the rules that come with the program, for the 40 specialties of MTSamples.
func OwnRules() (*Rulebook, error) { return parseRules("the built-in rules", ownRules) }

// ReadRules reads a rules file:
//
//	most: 3                # a cue counts at most this often in a note
//	specialties:
//	  - label: Urology
//	    also: [Urologic Surgery]        # other spellings of the label, optional
//	    cues:
//	      4: [cystoscop*, prostate cancer]   # weight: cues
//	      1: [urine]
//
// Unknown keys, a specialty without a label or cues, a label or a cue that occurs twice in its place, a weight that is not a
// positive number and a * elsewhere than at a word's end are errors that name the file and the line.
func ReadRules(path string) (*Rulebook, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return parseRules(path, content)
}

func parseRules(name string, content []byte) (*Rulebook, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	var file rulesFile
	if err := decoder.Decode(&file); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty", name)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.Join(strings.Fields(err.Error()), " "))
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: there is more than one YAML document", name)
	}
	if file.Most < 1 {
		return nil, fmt.Errorf("%s: most is %d: say how often a cue counts at most in one note, 1 or more", name, file.Most)
	}
	if len(file.Specialties) == 0 {
		return nil, fmt.Errorf("%s: there are no specialties", name)
	}
	book := &Rulebook{name: name, most: file.Most}
	titles := map[string]string{}
	for i, entry := range file.Specialties {
		if strings.TrimSpace(entry.Label.Value) == "" {
			return nil, fmt.Errorf("%s: specialty %d has no label", name, i+1)
		}
		s := specialty{label: entry.Label.Value, line: entry.Label.Line}
		for _, node := range append([]yaml.Node{entry.Label}, entry.Also...) {
			title := canonicalLabel(node.Value)
			if title == "" {
				return nil, fmt.Errorf("%s:%d: the label %q has no letter or digit", name, node.Line, node.Value)
			}
			if other, taken := titles[title]; taken {
				return nil, fmt.Errorf("%s:%d: %q is a spelling of %q already", name, node.Line, node.Value, other)
			}
			titles[title] = s.label
			s.titles = append(s.titles, title)
		}
		seen := map[string]bool{}
		for _, weight := range slices.Sorted(maps.Keys(entry.Cues)) {
			w, err := strconv.ParseFloat(weight, 64)
			if err != nil || !(w > 0) || w > 1e6 {
				return nil, fmt.Errorf("%s:%d: %q has cues of the weight %q, which is not a number above 0", name, s.line, s.label, weight)
			}
			for _, node := range entry.Cues[weight] {
				patterns, err := parseCue(node.Value)
				if err != nil {
					return nil, fmt.Errorf("%s:%d: cue %q of %q: %w", name, node.Line, node.Value, s.label, err)
				}
				key := fmt.Sprint(patterns)
				if seen[key] {
					return nil, fmt.Errorf("%s:%d: cue %q of %q is listed twice", name, node.Line, node.Value, s.label)
				}
				seen[key] = true
				s.cues = append(s.cues, cue{node.Value, patterns, w})
			}
		}
		if len(s.cues) == 0 {
			return nil, fmt.Errorf("%s:%d: %q has no cues", name, s.line, s.label)
		}
		book.specialties = append(book.specialties, s)
	}
	return book, nil
}
