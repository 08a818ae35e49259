package main

import (
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/profile"
)

func TestHelp(t *testing.T) {
	for command, flags := range map[string][]string{
		"report":   {"--profile", "--data", "--base", "--set", "--out", "--only", "--fresh"},
		"train":    {"--profile", "--data", "--base", "--set", "--out"},
		"classify": {"--base", "--adapter", "--in", "--out", "--logits", "--skip-bad", "--max-length", "--backend"},
		"sweep":    {"--profile", "--data", "--base", "--set", "--out"},
		"export":   {"--base", "--adapter", "--out"},
		"fold":     {"--in", "--out"},
	} {
		r := call(t, command, "--help").works(t)
		for _, flag := range flags {
			if !strings.Contains(r.stdout, flag) {
				t.Errorf("%s --help does not mention %s:\n%s", command, flag, r.stdout)
			}
		}
		for _, key := range profile.Keys() {
			if takes := command == "report" || command == "train" || command == "sweep"; strings.Contains(r.stdout, "  "+key+"=") != takes {
				t.Errorf("%s --help lists the key %s: %t", command, key, !takes)
			}
		}
	}
	for _, args := range [][]string{{}, {"--help"}, {"-h"}} {
		r := call(t, args...).works(t)
		for _, command := range []string{"report", "train", "sweep", "classify", "export", "fold", "diff", "DistilBERT", "GOMLX_BACKEND"} {
			if !strings.Contains(r.stdout, command) {
				t.Errorf("%q does not mention %s:\n%s", args, command, r.stdout)
			}
		}
	}
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"clasify"}, []string{"clasify", `"classify"`}},
		{[]string{"classify"}, []string{"--base", "--in", "--out"}},
		{[]string{"classify", "--base"}, []string{"--base"}},
		{[]string{"classify", "--bse", "x"}, []string{"--bse", `"--base"`}},
		{[]string{"train"}, []string{"--out"}},
		{[]string{"fold", "--in", "x"}, []string{"--out"}},
		{[]string{"fold", "--in", "x", "--out", "y", "z"}, []string{"z"}},
	} {
		call(t, c.args...).fails(t, exitUsage, append(c.words, "--help says more")...)
	}
}
