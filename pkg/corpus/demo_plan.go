package corpus

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

//go:embed demo/*.yaml
var demoFiles embed.FS

// demoLib is the content of the files under demo/.
type demoLib struct {
	plan   demoPlan
	forms  map[string]*demoForm
	banks  map[string][]string
	words  map[string][]string
	topics []*demoTopic
}

// demoPlan says how many texts stand under which label set and what form they take.
type demoPlan struct {
	DocumentLabels []string    `yaml:"document_labels"`
	Rules          []demoRule  `yaml:"rules"`
	Unusable       demoDropped `yaml:"unusable"`
	Sets           []demoSet   `yaml:"sets"`
}

type demoRule struct {
	Label string         `yaml:"label"` // empty: any set
	Forms map[string]int `yaml:"forms"`
}

type demoDropped struct {
	WithoutText int `yaml:"without_text"`
	Short       int `yaml:"short"`
	Duplicate   int `yaml:"duplicate"`
}

type demoSet struct {
	Texts  int      `yaml:"texts"`
	Labels []string `yaml:"labels"`
}

// demoForm is one kind of paper, in its short and its long version.
type demoForm struct {
	Name  string        `yaml:"name"`
	Needs string        `yaml:"needs"` // block a topic must have: "procedure", "study" or none
	Short []demoSection `yaml:"short"`
	Long  []demoSection `yaml:"long"`
}

type demoSection struct {
	Heads     []string `yaml:"heads"`
	Say       []string `yaml:"say"`
	Chance    int      `yaml:"chance"` // percent; 0 means always
	Fragments bool     `yaml:"fragments"`
}

// demoTopic is one clinical matter: who has it and what is said about it.
type demoTopic struct {
	Name       string              `yaml:"name"`
	Apart      bool                `yaml:"apart"`
	Labels     []string            `yaml:"labels"`
	Ages       [2]int              `yaml:"ages"`
	Sex        string              `yaml:"sex"` // "f", "m" or either
	Terms      []string            `yaml:"terms"`
	Fixed      map[string][]string `yaml:"fixed"` // words that stay the same throughout a note
	Complaint  []string            `yaml:"complaint"`
	History    []string            `yaml:"history"`
	Exam       []string            `yaml:"exam"`
	Assessment []string            `yaml:"assessment"`
	Plan       []string            `yaml:"plan"`
	Procedure  *demoProcedure      `yaml:"procedure"`
	Study      *demoStudy          `yaml:"study"`
}

type demoProcedure struct {
	Name            []string `yaml:"name"`
	Steps           []string `yaml:"steps"`
	WithoutIncision string   `yaml:"without_incision"` // digits of the variants that cut no skin
}

type demoStudy struct {
	Name       []string `yaml:"name"`
	Findings   []string `yaml:"findings"`
	Impression []string `yaml:"impression"`
}

// has says whether the topic has the block that a form needs.
func (t *demoTopic) has(block string) bool {
	switch block {
	case "procedure":
		return t.Procedure != nil
	case "study":
		return t.Study != nil
	}
	return true
}

// sentences returns what the topic says under a name, and whether topics have that name at all.
func (t *demoTopic) sentences(name string) ([]string, bool) {
	procedure, study := t.Procedure, t.Study
	if procedure == nil {
		procedure = &demoProcedure{}
	}
	if study == nil {
		study = &demoStudy{}
	}
	said, known := map[string][]string{
		"complaint": t.Complaint, "history": t.History, "exam": t.Exam, "assessment": t.Assessment, "plan": t.Plan,
		"operation": procedure.Name, "steps": procedure.Steps,
		"study": study.Name, "findings": study.Findings, "impression": study.Impression,
	}[name]
	return said, known
}

// demoLibrary reads the embedded files once; nothing changes them afterwards.
var demoLibrary = sync.OnceValues(func() (*demoLib, error) {
	lib := &demoLib{forms: map[string]*demoForm{}}
	entries, err := demoFiles.ReadDir("demo")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		file := path.Join("demo", entry.Name())
		switch {
		case entry.Name() == "plan.yaml":
			err = readYAML(file, &lib.plan)
		case entry.Name() == "banks.yaml":
			err = readYAML(file, &lib.banks)
		case entry.Name() == "words.yaml":
			err = readYAML(file, &lib.words)
		case entry.Name() == "forms.yaml":
			var in struct{ Forms []*demoForm }
			err = readYAML(file, &in)
			for _, form := range in.Forms {
				lib.forms[form.Name] = form
			}
		case strings.HasPrefix(entry.Name(), "topics_"):
			var in struct{ Topics []*demoTopic }
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
	data, err := demoFiles.ReadFile(file)
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

// apportion scales the plan to a number of texts by largest remainder, and sees that every label keeps demoRarest.
func (p *demoPlan) apportion(texts int) ([]int, error) {
	if texts < DemoMinTexts {
		return nil, fmt.Errorf("%d texts are too few for %d labels; at least %d are needed", texts, len(p.labelCounts(nil)), DemoMinTexts)
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
		to := slices.IndexFunc(order, func(i int) bool { return short(p.Sets[i].Labels, demoRarest) })
		if to < 0 {
			return counts, nil
		}
		to = order[to]
		from := -1
		for i, n := range counts {
			if n > 0 && !short(p.Sets[i].Labels, demoRarest+1) && (from < 0 || n > counts[from]) {
				from = i
			}
		}
		if from < 0 {
			return nil, fmt.Errorf("%d texts cannot give every label %d", texts, demoRarest)
		}
		counts[to]++
		counts[from]--
	}
}

// labelCounts returns how many texts each label of the plan gets; nil counts give 0 for each.
func (p *demoPlan) labelCounts(counts []int) map[string]int {
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
