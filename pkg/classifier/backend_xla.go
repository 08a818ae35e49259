//go:build cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package classifier

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/go-xla/compute/xla" // registers xla
)

// DefaultBackend is XLA on the CPU; in a build without XLA it is go.
const DefaultBackend = "xla:cpu"

const (
	pluginPathEnv = "PJRT_PLUGIN_LIBRARY_PATH"
	pluginFile    = "pjrt_c_api_cpu_plugin.so"
)

// backendConfig returns GoMLX's configuration of a backend.
func backendConfig(name string) (string, error) {
	if name != "xla" && name != DefaultBackend {
		return name, nil
	}
	xla.EnableAutoInstall(false)
	if os.Getenv(pluginPathEnv) != "" {
		return DefaultBackend, nil
	}
	path, err := installedPlugin()
	if err != nil {
		return "", err
	}
	return "xla:" + path, nil
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
