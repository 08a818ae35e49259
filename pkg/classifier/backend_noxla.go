//go:build !cgo || noxla || !((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package classifier

import (
	"fmt"
	"strings"
)

// DefaultBackend is pure Go, the only backend of a build without XLA.
const DefaultBackend = "go"

// backendConfig returns GoMLX's configuration of a backend.
func backendConfig(name string) (string, error) {
	if kind, _, _ := strings.Cut(name, ":"); kind == "xla" {
		return "", fmt.Errorf("backend %q is not in this build, which has go alone: XLA needs a build with cgo (CGO_ENABLED=1 and a C compiler)", name)
	}
	return name, nil
}
