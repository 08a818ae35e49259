package demo

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed template/*.yaml
var templates embed.FS

// library is the content of the files under template/.
type library struct {
	plan   plan
	forms  map[string]*form
	banks  map[string][]string
	words  map[string][]string
	topics []*topic
}

// plan says how many texts stand under which set of labels and what form they take.
type plan struct {
	DocumentLabels []string   `yaml:"document_labels"`
	Rules          []rule     `yaml:"rules"`
	Unusable       unusable   `yaml:"unusable"`
	Sets           []labelSet `yaml:"sets"`
}

// rule says which forms the notes under a label take.
type rule struct {
	Label string         `yaml:"label"` // empty: any set
	Forms map[string]int `yaml:"forms"` // relative frequencies
}

// unusable counts the rows, in a corpus of Texts texts, that cleaning drops.
type unusable struct {
	WithoutText int `yaml:"without_text"`
	Short       int `yaml:"short"`
	Duplicate   int `yaml:"duplicate"`
}

// labelSet is a set of labels that texts stand under together.
type labelSet struct {
	Texts  int      `yaml:"texts"`
	Labels []string `yaml:"labels"`
}

// form is one kind of document, in its short and its long version.
type form struct {
	Name  string    `yaml:"name"`
	Needs string    `yaml:"needs"` // block a topic must have: "procedure", "study" or none
	Short []section `yaml:"short"`
	Long  []section `yaml:"long"`
}

// section is a section of a document.
type section struct {
	Heads     []string `yaml:"heads"`     // one of which is its heading
	Say       []string `yaml:"say"`       // names of sentences, "name*low-high" for several
	Chance    int      `yaml:"chance"`    // percent of the notes that have it; 0 means all
	Fragments bool     `yaml:"fragments"` // a list of items instead of running text
}

// topic is one clinical condition: who has it and the sentences about it.
type topic struct {
	Name       string              `yaml:"name"`
	Apart      bool                `yaml:"apart"` // only in notes under its own first label
	Labels     []string            `yaml:"labels"`
	Ages       [2]int              `yaml:"ages"`  // youngest and oldest, in years
	Sex        string              `yaml:"sex"`   // "f", "m" or either
	Terms      []string            `yaml:"terms"` // for the keywords column
	Fixed      map[string][]string `yaml:"fixed"` // words that stay the same throughout a note
	Complaint  []string            `yaml:"complaint"`
	History    []string            `yaml:"history"`
	Exam       []string            `yaml:"exam"`
	Assessment []string            `yaml:"assessment"`
	Plan       []string            `yaml:"plan"`
	Procedure  *procedure          `yaml:"procedure"`
	Study      *study              `yaml:"study"`
}

// procedure is an operation on a topic, with its sentences.
type procedure struct {
	Name            []string `yaml:"name"`
	Steps           []string `yaml:"steps"`
	WithoutIncision string   `yaml:"without_incision"` // digits of the variants without an incision
}

// study is an imaging or laboratory study of a topic, with its sentences.
type study struct {
	Name       []string `yaml:"name"`
	Findings   []string `yaml:"findings"`
	Impression []string `yaml:"impression"`
}

// has says whether the topic has the block, of sentences on a procedure or a study, that a form needs.
func (t *topic) has(block string) bool {
	switch block {
	case "procedure":
		return t.Procedure != nil
	case "study":
		return t.Study != nil
	}
	return true
}

// sentences returns what the topic says under a name, and whether topics have that name at all.
func (t *topic) sentences(name string) ([]string, bool) {
	var operation procedure
	if t.Procedure != nil {
		operation = *t.Procedure
	}
	var imaging study
	if t.Study != nil {
		imaging = *t.Study
	}
	said, known := map[string][]string{
		"complaint": t.Complaint, "history": t.History, "exam": t.Exam, "assessment": t.Assessment, "plan": t.Plan,
		"operation": operation.Name, "steps": operation.Steps,
		"study": imaging.Name, "findings": imaging.Findings, "impression": imaging.Impression,
	}[name]
	return said, known
}

// loadLibrary reads the embedded files once; nothing changes them afterwards.
var loadLibrary = sync.OnceValues(func() (*library, error) {
	lib := &library{forms: map[string]*form{}}
	entries, err := templates.ReadDir("template")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		file := path.Join("template", entry.Name())
		switch {
		case entry.Name() == "plan.yaml":
			err = readYAML(file, &lib.plan)
		case entry.Name() == "banks.yaml":
			err = readYAML(file, &lib.banks)
		case entry.Name() == "words.yaml":
			err = readYAML(file, &lib.words)
		case entry.Name() == "forms.yaml":
			var in struct{ Forms []*form }
			err = readYAML(file, &in)
			for _, form := range in.Forms {
				lib.forms[form.Name] = form
			}
		case strings.HasPrefix(entry.Name(), "topics_"):
			var in struct{ Topics []*topic }
			err = readYAML(file, &in)
			lib.topics = append(lib.topics, in.Topics...)
		default:
			err = errors.New(file + ": unknown file")
		}
		if err != nil {
			return nil, err
		}
	}
	return lib, nil
})

func readYAML(file string, into any) error {
	data, err := templates.ReadFile(file)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// apportion scales the plan to a number of texts by largest remainder, and sees that every label keeps rarest texts.
func (p *plan) apportion(texts int) ([]int, error) {
	if texts < MinTexts {
		return nil, fmt.Errorf("%d texts are too few for %d labels; at least %d are needed", texts, len(p.labelCounts(nil)), MinTexts)
	}
	total := 0
	for _, set := range p.Sets {
		total += set.Texts
	}
	counts := make([]int, len(p.Sets))
	order := make([]int, len(p.Sets))
	spare := texts
	for i, set := range p.Sets {
		counts[i], order[i] = set.Texts*texts/total, i
		spare -= counts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(p.Sets[b].Texts*texts%total, p.Sets[a].Texts*texts%total)
	})
	for _, i := range order[:spare] {
		counts[i]++
	}
	for {
		have := p.labelCounts(counts)
		short := func(labels []string, below int) bool {
			return slices.ContainsFunc(labels, func(l string) bool { return have[l] < below })
		}
		to := slices.IndexFunc(order, func(i int) bool { return short(p.Sets[i].Labels, rarest) })
		if to < 0 {
			return counts, nil
		}
		to = order[to]
		from := -1
		for i, n := range counts {
			if n > 0 && !short(p.Sets[i].Labels, rarest+1) && (from < 0 || n > counts[from]) {
				from = i
			}
		}
		if from < 0 {
			return nil, fmt.Errorf("%d texts cannot give every label %d", texts, rarest)
		}
		counts[to]++
		counts[from]--
	}
}

// labelCounts returns how many texts each label of the plan gets; nil counts give 0 for each.
func (p *plan) labelCounts(counts []int) map[string]int {
	have := map[string]int{}
	for i, set := range p.Sets {
		for _, label := range set.Labels {
			if counts == nil {
				have[label] = 0
			} else {
				have[label] += counts[i]
			}
		}
	}
	return have
}
