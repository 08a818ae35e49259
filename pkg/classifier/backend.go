package classifier

import (
	"fmt"
	"os"
	"strings"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers go
	"github.com/gomlx/gomlx/support/exceptions"
)

// BackendName resolves a backend's name: an empty one means the environment's GOMLX_BACKEND, else DefaultBackend.
func BackendName(name string) string {
	if name == "" {
		name = os.Getenv(compute.ConfigEnvVar)
	}
	if name == "" {
		name = DefaultBackend
	}
	return name
}

// OpenBackend opens the compute backend of the given name: xla:cpu, xla:cuda or go; see BackendName for an empty one.
// A build without cgo has go alone. The CPU plugin is looked for in PJRT_PLUGIN_LIBRARY_PATH, else where `make setup` puts it;
// nothing is downloaded for it. A backend that cannot be opened is an error; no other one takes its place.
func OpenBackend(name string) (compute.Backend, error) {
	name = BackendName(name)
	config, err := backendConfig(name)
	if err != nil {
		return nil, err
	}
	var backend compute.Backend
	// An unknown name panics.
	if panicked := exceptions.TryCatch[error](func() { backend, err = compute.NewWithConfig(config) }); panicked != nil {
		err = panicked
	}
	if err != nil {
		reason, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("backend %q cannot be opened: %s", name, reason)
	}
	return backend, nil
}
