package modelkit

import (
	"testing"

	"github.com/gomlx/compute"
)

// Backend opens a backend for the length of a test. open is classifier.OpenBackend: it is handed in, because the classifier's own tests
// import this package.
func Backend(t testing.TB, open func(name string) (compute.Backend, error), name string) compute.Backend {
	t.Helper()
	backend, err := open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(backend.Finalize)
	return backend
}
