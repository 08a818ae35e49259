package experiment

import (
	"regexp"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/gomlx/compute"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/classifier"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/train"
)

// Provenance says what made a result. Times is apart from the rest, because it alone differs between two equal runs.
type Provenance struct {
	Commit     string            `json:"commit"` // of the checkout, with "+changes" where it was not clean
	Go         string            `json:"go"`
	Modules    map[string]string `json:"modules"` // versions of the libraries that the numbers depend on
	Backend    string            `json:"backend"`
	Device     string            `json:"device"` // as the backend describes itself
	Tokenizer  string            `json:"tokenizer"`
	BaseSHA256 string            `json:"base_sha256"`
	Cores      int               `json:"cores"`
	Times      Times             `json:"times"`
}

// Times is when a result was made and what it took.
type Times struct {
	Finished     time.Time `json:"finished"`
	TrainSeconds float64   `json:"train_seconds"` // of the process that finished the run, validation included
	TestSeconds  float64   `json:"test_seconds"`
	Cost         Cost      `json:"cost"`
}

// Cost is what training took; see train.Cost.
type Cost = train.Cost

// TracedModules are the modules whose versions a result names.
var TracedModules = []string{
	"github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla", "github.com/gomlx/go-huggingface", "github.com/daulet/tokenizers",
}

func newProvenance(p profile.Profile, model *classifier.Classifier, device string, started time.Time) Provenance {
	out := Provenance{
		Commit: checkout.Commit(), Go: runtime.Version(), Modules: make(map[string]string),
		Backend: classifier.BackendName(p.Backend), Device: device, Tokenizer: model.Tokenizer.Engine(),
		BaseSHA256: model.BaseSHA256, Cores: runtime.NumCPU(),
		Times: Times{
			Finished: time.Now().UTC().Truncate(time.Second), TrainSeconds: time.Since(started).Seconds(),
		},
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			for _, path := range TracedModules {
				if m.Path == path {
					out.Modules[path] = m.Version
				}
			}
		}
	}
	return out
}

// pluginPath is where a plugin lies on this machine, which says nothing about the numbers.
var pluginPath = regexp.MustCompile(` \([^)]*\.so\) `)

// device is how the backend describes itself.
func device(backend compute.Backend) string {
	return pluginPath.ReplaceAllString(backend.Description(), " ")
}
