package study

import (
	"encoding/json"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// resultsSchema is the version of results.json. It changes with the meaning of a key.
const resultsSchema = 1

// writeResults stores the run as results.json, with the block of times at its end: the only part that differs between two
// equal runs.
func (r *Run) writeResults(path string) error {
	untimed := *r
	untimed.Provenance.Times = Times{}
	raw, err := json.MarshalIndent(struct {
		Schema int   `json:"schema"`
		Run    *Run  `json:"run"`
		Times  Times `json:"times"`
	}{resultsSchema, &untimed, r.Provenance.Times}, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, append(raw, '\n'), 0o644, renameio.WithTempDir(filepath.Dir(path)))
}
