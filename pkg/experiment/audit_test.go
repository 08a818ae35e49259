package experiment

import (
	"bytes"
	"context"
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
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/report"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// auditProfile is the demo profile on notes written to a file, or on the demo itself, with a small tokenizer, in a home of its own.
func auditProfile(t *testing.T, notes string) profile.Profile {
	t.Helper()
	base, err := filepath.Abs(filepath.Join("..", "classifier", "testdata", "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(checkout.HomeEnv, t.TempDir())
	p, err := profile.Read("demo", []string{"base=" + base})
	if err != nil {
		t.Fatal(err)
	}
	if notes != "" {
		p.Corpus.Source, p.Corpus.Path = "file", filepath.Join(t.TempDir(), "notes.csv")
		if err := os.WriteFile(p.Corpus.Path, []byte(notes), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// TestAuditIsCached: the second call reads what the first one wrote, and other notes, another seed or another tokenizer have folders of their own.
func TestAuditIsCached(t *testing.T) {
	p := auditProfile(t, "")
	made, err := AuditProfile(p, context.Background(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	if made.Lengths.Tokens == nil || !made.Synthetic {
		t.Errorf("%d texts, tokens %v, synthetic %v", made.Texts, made.Lengths.Tokens, made.Synthetic)
	}
	path := filepath.Join(made.Dir, AuditFile)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// A mark that no new audit would have shows that the file was read.
	if err := os.WriteFile(path, bytes.Replace(raw, []byte(`"rows_read": `), []byte(`"rows_read": 9`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	found, err := AuditProfile(p, context.Background(), stage.Log{})
	if err != nil || found.Dir != made.Dir || fmt.Sprint(found.RowsRead) != "9"+fmt.Sprint(made.RowsRead) {
		t.Errorf("found %s with %d rows, %v; made %s with %d", found.Dir, found.RowsRead, err, made.Dir, made.RowsRead)
	}
	other := p
	other.Corpus.Seed++
	if second, err := AuditProfile(other, context.Background(), stage.Log{}); err != nil || second.Dir == made.Dir {
		t.Errorf("another seed: %v, %v", second, err)
	}
	if err := os.WriteFile(path, raw[:len(raw)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := AuditProfile(p, context.Background(), stage.Log{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("half a file: %v", err)
	}
}

var fetched = regexp.MustCompile(`(?i)(src|href)\s*=\s*"?(https?:)?//|url\(\s*["']?(https?:)?//|@import`)

// TestWriteAudit: both files are whole, the page asks nobody for anything, and a second run gives the same bytes.
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
				a, err := report.WriteAudit(p, context.Background(), out, report.AuditOptions{}, stage.Log{})
				if err != nil {
					t.Fatal(err)
				}
				for i, name := range []string{AuditFile, AuditPage} {
					raw, err := os.ReadFile(filepath.Join(out, name))
					if err != nil {
						t.Fatal(err)
					}
					if before[i] != nil && !bytes.Equal(raw, before[i]) {
						t.Errorf("%s differs the second time", name)
					}
					before[i] = raw
				}
				if entries, err := os.ReadDir(out); err != nil || len(entries) != 2 {
					t.Errorf("%d entries in the folder, %v", len(entries), err)
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

// TestWriteAuditLeavesNothing: what fails writes nothing and leaves an earlier audit as it was.
func TestWriteAuditLeavesNothing(t *testing.T) {
	p := auditProfile(t, "text,label\na text that is long enough,a\nthe same label in another text,a\n")
	out := filepath.Join(t.TempDir(), "out")
	if _, err := report.WriteAudit(p, context.Background(), out, report.AuditOptions{}, stage.Log{}); err == nil {
		t.Error("one label was audited")
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
	if _, err := report.WriteAudit(p, context.Background(), p.Corpus.Path, report.AuditOptions{}, stage.Log{}); err == nil || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("into a file: %v", err)
	}
	p.Base = filepath.Join(t.TempDir(), "missing")
	if _, err := report.WriteAudit(p, context.Background(), out, report.AuditOptions{WithoutBase: true}, stage.Log{}); err == nil {
		t.Error("a base that does not exist was passed over")
	}
}

// TestAuditWithoutBase: without what set-up installs, tokens are left out where that is allowed, and it is said.
func TestAuditWithoutBase(t *testing.T) {
	p := auditProfile(t, "")
	p.Base = checkout.BundledBase
	out := t.TempDir()
	if _, err := report.WriteAudit(p, context.Background(), out, report.AuditOptions{}, stage.Log{}); err == nil || !strings.Contains(err.Error(), "base") {
		t.Errorf("without leave: %v", err)
	}
	var said []string
	a, err := report.WriteAudit(p, context.Background(), out, report.AuditOptions{WithoutBase: true}, stage.Log{Say: func(line string) { said = append(said, line) }})
	if err != nil {
		t.Fatal(err)
	}
	if a.Lengths.Tokens != nil || len(said) != 1 || !strings.Contains(said[0], "tokens are not counted") {
		t.Errorf("tokens %v; said %q", a.Lengths.Tokens, said)
	}
}
