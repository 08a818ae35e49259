// Package testkit holds the helpers that tests of several packages share. Only tests import it.
//
// It takes nothing but the standard library, so that the tests of packages without XLA stay without it; what needs tensors or a
// backend is in [github.com/specialist-nlp/specialist/pkg/internal/modelkit]. A helper that one package alone uses belongs into
// that package's tests.
package testkit
