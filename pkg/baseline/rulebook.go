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
var builtinRules []byte

// Rulebook is a parsed rules file: the cues of each specialty.
type Rulebook struct {
	name        string
	maxMatches  int // how many matches of a cue count in one note
	specialties []specialty
}

type specialty struct {
	label     string
	line      int
	spellings []string // of the label, canonical
	cues      []cue
}

type cue struct {
	patterns []pattern
	weight   float64
}

// rulesFile is the YAML of a rules file, with nodes where an error names the line.
type rulesFile struct {
	MaxMatches  int `yaml:"most"`
	Specialties []struct {
		Label yaml.Node              `yaml:"label"`
		Also  []yaml.Node            `yaml:"also"`
		Cues  map[string][]yaml.Node `yaml:"cues"`
	} `yaml:"specialties"`
}

// BuiltinRules returns the built-in rules, which know the 40 specialties of MTSamples.
func BuiltinRules() (*Rulebook, error) { return parseRules("the built-in rules", builtinRules) }

// ReadRules reads a rules file:
//
//	most: 3                # how many matches of a cue count in one note
//	specialties:
//	  - label: Urology
//	    also: [Urologic Surgery]        # other spellings of the label, optional
//	    cues:
//	      4: [cystoscop*, prostate cancer]   # weight: cues
//	      1: [urine]
//
// A cue's words match whole words in a row; a * at the end of a word stands for any ending. Unknown keys, a specialty without a label or
// cues, two specialties with the same label, a specialty with the same cue twice, a weight that is not a positive number and a * elsewhere
// than at a word's end are errors that name the file and, where YAML gives it, the line.
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
	if file.MaxMatches < 1 {
		return nil, fmt.Errorf("%s: most is %d; it is how many matches of a cue count in one note, 1 or more", name, file.MaxMatches)
	}
	if len(file.Specialties) == 0 {
		return nil, fmt.Errorf("%s: there are no specialties", name)
	}
	book := &Rulebook{name: name, maxMatches: file.MaxMatches}
	owners := map[string]string{} // labels by canonical spelling
	for i, entry := range file.Specialties {
		if strings.TrimSpace(entry.Label.Value) == "" {
			return nil, fmt.Errorf("%s: specialty %d has no label", name, i+1)
		}
		s := specialty{label: entry.Label.Value, line: entry.Label.Line}
		for _, node := range append([]yaml.Node{entry.Label}, entry.Also...) {
			spelling := canonicalLabel(node.Value)
			if spelling == "" {
				return nil, fmt.Errorf("%s:%d: the label %q has no letter or digit", name, node.Line, node.Value)
			}
			if other, taken := owners[spelling]; taken {
				return nil, fmt.Errorf("%s:%d: %q is already a spelling of %q", name, node.Line, node.Value, other)
			}
			owners[spelling] = s.label
			s.spellings = append(s.spellings, spelling)
		}
		seen := map[string]bool{}
		for _, weight := range slices.Sorted(maps.Keys(entry.Cues)) {
			w, err := strconv.ParseFloat(weight, 64)
			if err != nil || !(w > 0) || w > 1e6 {
				return nil, fmt.Errorf("%s:%d: %q has cues with the weight %q, which is not a number above 0 and up to 1e6", name, s.line, s.label, weight)
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
				s.cues = append(s.cues, cue{patterns, w})
			}
		}
		if len(s.cues) == 0 {
			return nil, fmt.Errorf("%s:%d: %q has no cues", name, s.line, s.label)
		}
		book.specialties = append(book.specialties, s)
	}
	return book, nil
}
