package study

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gomlx/compute"

	"github.com/specialist-nlp/specialist/pkg/classifier"
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

// traced are the modules whose versions a result names.
var traced = []string{
	"github.com/gomlx/gomlx", "github.com/gomlx/compute", "github.com/gomlx/go-xla", "github.com/gomlx/go-huggingface", "github.com/daulet/tokenizers",
}

func newProvenance(p Profile, model *classifier.Classifier, device string, started time.Time) Provenance {
	out := Provenance{
		Commit: commit(), Go: runtime.Version(), Modules: make(map[string]string),
		Backend: classifier.BackendName(p.Backend), Device: device, Tokenizer: model.Tokenizer.Engine(),
		BaseSHA256: model.BaseSHA256, Cores: runtime.NumCPU(),
		Times: Times{
			Finished: time.Now().UTC().Truncate(time.Second), TrainSeconds: time.Since(started).Seconds(),
		},
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			for _, path := range traced {
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

// commitFile stands in the place of .git in an image, which has the checkout's files alone.
const commitFile = ".commit"

// commit is the checkout's, or "unknown" outside of one.
func commit() string {
	home, err := Home()
	if err != nil {
		return "unknown"
	}
	if raw, err := os.ReadFile(filepath.Join(home, commitFile)); err == nil {
		return strings.TrimSpace(string(raw))
	}
	hash, err := exec.Command("git", "-C", home, "rev-parse", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	id := strings.TrimSpace(string(hash))
	if changes, err := exec.Command("git", "-C", home, "status", "--porcelain").Output(); err != nil || len(changes) > 0 {
		id += "+changes"
	}
	return id
}
