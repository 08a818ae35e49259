package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

const oddNotes = "../../audit/testdata/odd.csv"

func TestAudit(t *testing.T) {
	out := filepath.Join(t.TempDir(), "audit")
	r := call(t, "audit", "--data", oddNotes, "--base", model(t, "tiny"), "--out", out).works(t)
	if r.stderr != "" {
		t.Errorf("standard error: %s", r.stderr)
	}
	for _, word := range []string{"odd.csv: 142 rows read, 131 kept, 4 dropped as short, 7 as duplicates", "66 texts under 8 labels", "0.5038 (66 texts / 131 rows)", "group split: 0 of", "tokens on average", filepath.Join(out, "audit.html")} {
		if !strings.Contains(r.stdout, word) {
			t.Errorf("standard output does not say %q:\n%s", word, r.stdout)
		}
	}
	var found struct {
		RowsKept int            `json:"rows_kept"`
		PerText  map[string]int `json:"labels_per_text"`
		Lengths  struct {
			Tokens *struct{ Median float64 }
		}
	}
	if err := json.Unmarshal([]byte(testkit.ReadFile(t, filepath.Join(out, "audit.json"))), &found); err != nil {
		t.Fatal(err)
	}
	if found.RowsKept != 131 || found.PerText["2"] != 29 || found.Lengths.Tokens == nil {
		t.Errorf("%+v", found)
	}
	if page := testkit.ReadFile(t, filepath.Join(out, "audit.html")); !strings.Contains(page, "</html>") || strings.Contains(page, "Synthetic notes.") {
		t.Error("the page is not whole, or calls these notes synthetic")
	}
	if files := testkit.Entries(t, out); len(files) != 2 {
		t.Errorf("files %q", files)
	}
}

func TestAuditOfTheDemo(t *testing.T) {
	out := t.TempDir()
	r := call(t, "audit", "--base", model(t, "tiny"), "--document-label", "Surgery", "--out", out).works(t)
	if !strings.Contains(r.stdout, "(synthetic)") || !strings.Contains(testkit.ReadFile(t, filepath.Join(out, "audit.html")), "Synthetic notes.") {
		t.Errorf("the demo is not labelled synthetic:\n%s", r.stdout)
	}
	if !strings.Contains(testkit.ReadFile(t, filepath.Join(out, "audit.json")), "\"document_types\": {\n    \"labels\": [\n      \"Surgery\"\n    ]") {
		t.Error("the document label that was asked for is not the only one")
	}
}

func TestBadAudits(t *testing.T) {
	dir := t.TempDir()
	notes := testkit.WriteFile(t, filepath.Join(dir, "notes.csv"), "text,label\nthe first note that is long enough,a\nthe second note that is long enough,b\n")
	ragged := testkit.WriteFile(t, filepath.Join(dir, "ragged.csv"), "text,label\nthe first note that is long enough,a\nthe second note, unquoted, with commas,b\n")
	out := filepath.Join(dir, "out")
	before := contents(t, dir)
	base := model(t, "tiny")
	for name, c := range map[string]struct {
		code  int
		args  []string
		words []string
	}{
		"no out":                    {2, []string{"--data", oddNotes}, []string{"--out"}},
		"an empty out":              {1, []string{"--out", ""}, []string{"--out is empty"}},
		"out is a file":             {1, []string{"--data", oddNotes, "--base", base, "--out", notes}, []string{notes, "is a file"}},
		"no such notes":             {1, []string{"--data", filepath.Join(dir, "missing.csv"), "--base", base, "--out", out}, []string{"missing.csv", "no such file"}},
		"empty data":                {1, []string{"--data", "", "--out", out}, []string{"--data is empty"}},
		"ragged notes":              {1, []string{"--data", ragged, "--base", base, "--out", out}, []string{ragged + ":3:", "4 fields"}},
		"too few notes":             {1, []string{"--data", notes, "--base", base, "--out", out}, []string{"notes.csv", "at least 3"}},
		"no such base":              {1, []string{"--data", oddNotes, "--base", filepath.Join(dir, "base"), "--out", out}, []string{"base"}},
		"a base without tokenizer":  {1, []string{"--data", oddNotes, "--base", dir, "--out", out}, []string{"tokenizer.json", "vocab.txt"}},
		"an unknown document label": {1, []string{"--data", oddNotes, "--base", base, "--document-label", "Alchemy", "--out", out}, []string{"odd.csv", "Alchemy"}},
		"an unknown key":            {1, []string{"--set", "corpus.sed=1", "--out", out}, []string{"corpus.sed", "corpus.seed"}},
	} {
		t.Run(name, func(t *testing.T) {
			call(t, append([]string{"audit"}, c.args...)...).fails(t, c.code, c.words...)
			unchanged(t, dir, before)
		})
	}
}
