//go:build cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package classifier

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/compute"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestDefaultBackendIsXLA(t *testing.T) {
	t.Setenv(compute.ConfigEnvVar, "")
	if got := BackendName(""); got != "xla:cpu" {
		t.Errorf("without a choice the backend is %q", got)
	}
}

func TestOpenBackendNamesTheMissingPlugin(t *testing.T) {
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", "")
	t.Chdir(t.TempDir()) // set-up puts the plugin below the repository
	_, err := OpenBackend("xla:cpu")
	testkit.Refused(t, "no plugin", err, "xla:cpu", "make setup", "PJRT_PLUGIN_LIBRARY_PATH", "pjrt_c_api_cpu_plugin.so")
}

func TestInstalledPluginIsFoundAboveTheWorkingFolder(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(root, ".cache", "pjrt", "pjrt_c_api_cpu_plugin.so")
	deep := filepath.Join(root, "a", "b")
	for _, dir := range []string{filepath.Dir(want), deep} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(want, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	if got, err := installedPlugin(); err != nil || got != want {
		t.Errorf("found %q, %v; want %q", got, err, want)
	}
}
