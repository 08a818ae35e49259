//go:build !cgo || noxla || !((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package classifier

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestDefaultBackendIsGo(t *testing.T) {
	t.Setenv(compute.ConfigEnvVar, "")
	backend, err := OpenBackend("")
	if err != nil {
		t.Fatal(err)
	}
	backend.Finalize()
	if got := BackendName(""); got != "go" {
		t.Errorf("without a choice the backend is %q", got)
	}
}

func TestOpenBackendSaysThatXLAIsNotInTheBuild(t *testing.T) {
	for _, name := range []string{"xla", "xla:cpu", "xla:cuda"} {
		_, err := OpenBackend(name)
		testkit.Refused(t, name, err, `"`+name+`"`, "not in this build", "CGO_ENABLED=1")
	}
	t.Setenv(compute.ConfigEnvVar, "xla:cpu")
	_, err := OpenBackend("")
	testkit.Refused(t, "the environment's choice", err, `"xla:cpu"`, "not in this build")
}
