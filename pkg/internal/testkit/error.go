package testkit

import (
	"strings"
	"testing"
)

// Refused fails unless err is one line that holds every part, such as the file, the key and the value that it must name. what says
// which input was to be refused.
func Refused(t testing.TB, what string, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	if strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("%s: error of several lines: %q", what, err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s: error %q does not name %q", what, err, part)
		}
	}
}
