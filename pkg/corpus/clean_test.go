package corpus

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "",
		" \t\r\n":                        "",
		"Chest Pain, 2 days.":            "chest pain 2 days",
		"  --BP: 120/80--  ":             "bp 120 80",
		"line one\r\nline two":           "line one line two",
		"caf\u00e9 au lait":              "caf au lait",
		"a\u00a0b\u200bc":                "a b c",
		"37\u00b0C \u00b5g":              "37 c g",
		"\u212aelvin \u0130stanbul":      "kelvin i stanbul",
		"bad \xff\xfe bytes":             "bad bytes",
		"_under_score [brackets] {brac}": "under score brackets brac",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCleanIsIdempotentAndPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := Clean(rapid.String().Draw(t, "text"))
		if twice := Clean(once); twice != once {
			t.Fatalf("Clean(%q) = %q", once, twice)
		}
		if strings.Trim(once, "abcdefghijklmnopqrstuvwxyz0123456789 ") != "" ||
			strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
			t.Fatalf("not clean: %q", once)
		}
	})
}
