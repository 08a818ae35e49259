package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// auditProfile is the demo profile on notes written to a file, or on the demo itself, with a small tokenizer, in a checkout of its own.
func auditProfile(t *testing.T, notes string) profile.Profile {
	t.Helper()
	base, err := filepath.Abs("../classifier/testdata/tiny")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(checkout.HomeEnv, t.TempDir())
	p, err := profile.Read("demo", []string{"base=" + base})
	if err != nil {
		t.Fatal(err)
	}
	if notes != "" {
		p.Corpus.Source, p.Corpus.Path = "file", testkit.WriteFile(t, filepath.Join(t.TempDir(), "notes.csv"), notes)
	}
	return p
}

var fetched = regexp.MustCompile(`(?i)(src|href)\s*=\s*"?(https?:)?//|url\(\s*["']?(https?:)?//|@import`)

// Both files are whole, the page asks nobody for anything, and a second run gives the same bytes.
func TestWriteAudit(t *testing.T) {
	var odd strings.Builder
	odd.WriteString("text,label,keywords\n")
	long := strings.Repeat("a very long label that an axis cannot show ", 2)
	for i := range 150 {
		fmt.Fprintf(&odd, "\"patient %d <b>was</b> seen in clinic, \"\"as planned\"\"\",%s%d,\n", i*i, long, i%50)
	}
	for name, notes := range map[string]string{"demo": "", "very many long labels, one a text": odd.String()} {
		t.Run(name, func(t *testing.T) {
			p := auditProfile(t, notes)
			out := filepath.Join(t.TempDir(), "deep", "audit")
			var before [2][]byte
			runs := 1
			if notes == "" {
				runs = 2
			}
			for range runs {
				a, err := WriteAudit(t.Context(), p, out, experiment.AuditOptions{}, stage.Log{})
				if err != nil {
					t.Fatal(err)
				}
				for i, name := range []string{AuditFile, AuditPage} {
					raw := []byte(testkit.ReadFile(t, out, name))
					if before[i] != nil && !bytes.Equal(raw, before[i]) {
						t.Errorf("%s differs the second time", name)
					}
					before[i] = raw
				}
				if names := testkit.Entries(t, out); len(names) != 2 {
					t.Errorf("the folder holds %q", names)
				}
				if len(chapter.AuditSummary(a)) < 6 {
					t.Errorf("summary %q", chapter.AuditSummary(a))
				}
			}
			var read audit.Audit
			if err := json.Unmarshal(before[0], &read); err != nil || read.Texts == 0 {
				t.Errorf("%d texts, %v", read.Texts, err)
			}
			page := string(before[1])
			if found := fetched.FindString(page); found != "" {
				t.Errorf("the page fetches something: %s", found)
			}
			if banner := strings.Contains(page, "<strong>Synthetic notes.</strong>"); banner != (notes == "") {
				t.Errorf("the synthetic banner stands: %v", banner)
			}
			if n := strings.Count(page, `class="sp-still"`); n != 5 {
				t.Errorf("%d figures, want 5", n)
			}
		})
	}
}

// What fails writes nothing.
func TestWriteAuditLeavesNothing(t *testing.T) {
	p := auditProfile(t, "text,label\na text that is long enough,a\nthe same label in another text,a\n")
	out := filepath.Join(t.TempDir(), "out")
	_, err := WriteAudit(t.Context(), p, out, experiment.AuditOptions{}, stage.Log{})
	testkit.Refused(t, "one label", err, "notes.csv", "two labels")
	_, err = WriteAudit(t.Context(), p, p.Corpus.Path, experiment.AuditOptions{}, stage.Log{})
	testkit.Refused(t, "into a file", err, p.Corpus.Path, "is a file")
	p.Corpus.Source, p.Corpus.Path, p.Base = "demo", "", filepath.Join(t.TempDir(), "missing")
	_, err = WriteAudit(t.Context(), p, out, experiment.AuditOptions{WithoutBase: true}, stage.Log{})
	testkit.Refused(t, "a base that does not exist", err, p.Base)
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}

// Without what the set-up installs, the page is written without tokens where that is allowed.
func TestWriteAuditWithoutBase(t *testing.T) {
	p := auditProfile(t, "")
	p.Base = checkout.BundledBase
	out := t.TempDir()
	_, err := WriteAudit(t.Context(), p, out, experiment.AuditOptions{}, stage.Log{})
	testkit.Refused(t, "without leave", err, "base", "make build")
	var logged []string
	a, err := WriteAudit(t.Context(), p, out, experiment.AuditOptions{WithoutBase: true}, stage.Log{Print: func(line string) { logged = append(logged, line) }})
	if err != nil {
		t.Fatal(err)
	}
	if a.Lengths.Tokens != nil || len(logged) != 1 || !strings.Contains(logged[0], "tokens are not counted") || len(testkit.Entries(t, out)) != 2 {
		t.Errorf("tokens %v, logged %q, the folder holds %q", a.Lengths.Tokens, logged, testkit.Entries(t, out))
	}
}
