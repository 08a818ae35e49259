package classifier

import (
	"testing"

	"github.com/gomlx/compute"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestBackendName(t *testing.T) {
	t.Setenv(compute.ConfigEnvVar, "go")
	if got := BackendName(""); got != "go" {
		t.Errorf("the environment's choice gives %q", got)
	}
	if got := BackendName("xla:cuda"); got != "xla:cuda" {
		t.Errorf("a choice gives %q", got)
	}
}

func TestOpenBackendNamesWhatItCannotOpen(t *testing.T) {
	_, err := OpenBackend("abacus")
	testkit.Refused(t, "an unknown backend", err, `"abacus"`)
}
