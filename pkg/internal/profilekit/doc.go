// Package profilekit holds the profiles that tests of several packages train: each takes a second on the Go backend. Only tests import it; it knows
// nothing above [github.com/specialist-nlp/specialist/pkg/profile], so that the tests of every package above that can.
package profilekit
