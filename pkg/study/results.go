package study

import (
	"encoding/json"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// resultsSchema is the version of results.json. It changes with the meaning of a key.
const resultsSchema = 3

// results are the study as results.json has it.
type results struct {
	Schema int `json:"schema"`
	*Study
	Claims []Claim `json:"claims"` // what the original report states, beside this run
	// Times come last: the only part that differs between two equal studies.
	Times studyTimes `json:"times"`
}

// studyTimes are all times of a study.
type studyTimes struct {
	Runs      map[string]Times `json:"runs"`
	Inference *Inference       `json:"inference"`
	Claims    []Claim          `json:"claims"`
}

// writeResults stores the study as results.json.
func (s *Study) writeResults(path string) error {
	raw, err := s.results()
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, raw, 0o644, renameio.WithTempDir(filepath.Dir(path)))
}

// results is the content of results.json.
func (s *Study) results() ([]byte, error) {
	out := results{Schema: resultsSchema, Study: s, Times: studyTimes{Runs: make(map[string]Times), Inference: s.Inference}}
	for _, c := range s.Claims() {
		if c.Timed {
			out.Times.Claims = append(out.Times.Claims, c)
		} else {
			out.Claims = append(out.Claims, c)
		}
	}
	names, fits := s.fits()
	for i, f := range fits {
		out.Times.Runs[names[i]] = f.Provenance.Times
		f.Provenance.Times = Times{}
	}
	raw, err := json.MarshalIndent(out, "", "  ")
	for i, f := range fits {
		f.Provenance.Times = out.Times.Runs[names[i]]
	}
	return append(raw, '\n'), err
}
