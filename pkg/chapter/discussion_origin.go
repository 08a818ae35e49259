package chapter

import (
	"fmt"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
)

// OriginTable says what made the numbers. When, and how long it took, stands apart from it.
func OriginTable(f *experiment.TrainingRun) page.Table {
	o := f.Provenance
	rows := [][2]string{
		{"Commit", o.Commit},
		{"Notes (SHA-256)", f.Corpus.Hash},
		{"Base weights (SHA-256)", o.BaseSHA256},
		{"Run", f.Fingerprint},
		{"Seeds", fmt.Sprintf("split %d, training %d", f.Profile.Corpus.Seed, f.Profile.Train.Seed)},
		{"Backend", o.Device},
		{"Tokenizer", o.Tokenizer},
		{"Go", o.Go},
	}
	for _, path := range experiment.TracedModules {
		if version := o.Modules[path]; version != "" {
			rows = append(rows, [2]string{path, version})
		}
	}
	rows = append(rows, [2]string{"Cores", page.FormatCount(o.Cores)})
	return pairTable(f, "origin", "What made these numbers", rows)
}
