package classifier

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	_ "github.com/gomlx/gomlx/backends/default" // registers xla and go
	"github.com/gomlx/gomlx/support/exceptions"
)

// DefaultBackend is XLA on the CPU.
const DefaultBackend = "xla:cpu"

const (
	pluginPathEnv = "PJRT_PLUGIN_LIBRARY_PATH"
	pluginFile    = "pjrt_c_api_cpu_plugin.so"
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
// The CPU plugin is looked for in PJRT_PLUGIN_LIBRARY_PATH, else where `make setup` puts it; nothing is downloaded for it.
// A backend that cannot be opened is an error; no other one takes its place.
func OpenBackend(name string) (compute.Backend, error) {
	name = BackendName(name)
	config := name
	if name == "xla" || name == DefaultBackend {
		xla.EnableAutoInstall(false)
		config = DefaultBackend
		if os.Getenv(pluginPathEnv) == "" {
			path, err := installedPlugin()
			if err != nil {
				return nil, err
			}
			config = "xla:" + path
		}
	}
	var backend compute.Backend
	var err error
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

// installedPlugin finds the plugin that set-up installed: below the folder of the running program or of the working folder,
// or of one of their parents.
func installedPlugin() (string, error) {
	var starts []string
	if exe, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(exe))
	}
	if cwd, err := os.Getwd(); err == nil {
		starts = append(starts, cwd)
	}
	for _, dir := range starts {
		for {
			path := filepath.Join(dir, ".cache", "pjrt", pluginFile)
			if _, err := os.Stat(path); err == nil {
				return path, nil
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return "", fmt.Errorf("backend %q has no plugin: run `make setup`, or set %s to the folder that holds %s", DefaultBackend, pluginPathEnv, pluginFile)
}
