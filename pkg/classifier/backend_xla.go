//go:build cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package classifier

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/go-xla/compute/xla" // registers xla
	"github.com/specialist-nlp/specialist/pkg/checkout"
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

// installedPlugin finds the plugin that set-up installed.
func installedPlugin() (string, error) {
	path, found := checkout.Installed(filepath.Join("pjrt", pluginFile))
	if !found {
		return "", fmt.Errorf("backend %q has no plugin: run `make setup`, or set %s to the folder that holds %s", DefaultBackend, pluginPathEnv, pluginFile)
	}
	return path, nil
}
