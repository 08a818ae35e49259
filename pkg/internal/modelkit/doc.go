// Package modelkit holds the helpers for tensors and backends that tests of several packages share. Only tests import it; what needs
// neither is in [github.com/specialist-nlp/specialist/pkg/internal/testkit].
package modelkit
