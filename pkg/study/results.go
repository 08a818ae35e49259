package study

import (
	"encoding/json"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// resultsSchema is the version of results.json. It changes with the meaning of a key.
const resultsSchema = 2

// writeResults stores the study as results.json, with the block of times at its end: the only part that differs between two
// equal studies.
func (s *Study) writeResults(path string) error {
	times := make(map[string]Times)
	names, fits := s.fits()
	for i, f := range fits {
		times[names[i]] = f.Provenance.Times
		f.Provenance.Times = Times{}
	}
	raw, err := json.MarshalIndent(struct {
		Schema int `json:"schema"`
		*Study
		Times map[string]Times `json:"times"`
	}{resultsSchema, s, times}, "", "  ")
	for i, f := range fits {
		f.Provenance.Times = times[names[i]]
	}
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, append(raw, '\n'), 0o644, renameio.WithTempDir(filepath.Dir(path)))
}
