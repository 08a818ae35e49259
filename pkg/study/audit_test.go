package study

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
)

// auditProfile is the demo profile on notes written to a file, or on the demo itself, with a small tokenizer, in a home of its own.
func auditProfile(t *testing.T, notes string) Profile {
	t.Helper()
	base, err := filepath.Abs(filepath.Join("..", "classifier", "testdata", "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(homeEnv, t.TempDir())
	p, err := ReadProfile("demo", []string{"base=" + base})
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
	made, err := p.Audit(context.Background(), Tell{})
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
	found, err := p.Audit(context.Background(), Tell{})
	if err != nil || found.Dir != made.Dir || fmt.Sprint(found.RowsRead) != "9"+fmt.Sprint(made.RowsRead) {
		t.Errorf("found %s with %d rows, %v; made %s with %d", found.Dir, found.RowsRead, err, made.Dir, made.RowsRead)
	}
	other := p
	other.Corpus.Seed++
	if second, err := other.Audit(context.Background(), Tell{}); err != nil || second.Dir == made.Dir {
		t.Errorf("another seed: %v, %v", second, err)
	}
	if err := os.WriteFile(path, raw[:len(raw)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Audit(context.Background(), Tell{}); err == nil || !strings.Contains(err.Error(), path) {
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
				a, err := p.WriteAudit(context.Background(), out, AuditOptions{}, Tell{})
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
				if len(a.Summary()) < 6 {
					t.Errorf("summary %q", a.Summary())
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
	if _, err := p.WriteAudit(context.Background(), out, AuditOptions{}, Tell{}); err == nil {
		t.Error("one label was audited")
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
	if _, err := p.WriteAudit(context.Background(), p.Corpus.Path, AuditOptions{}, Tell{}); err == nil || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("into a file: %v", err)
	}
	p.Base = filepath.Join(t.TempDir(), "missing")
	if _, err := p.WriteAudit(context.Background(), out, AuditOptions{WithoutBase: true}, Tell{}); err == nil {
		t.Error("a base that does not exist was passed over")
	}
}

// TestAuditWithoutBase: without what set-up installs, tokens are left out where that is allowed, and it is said.
func TestAuditWithoutBase(t *testing.T) {
	p := auditProfile(t, "")
	p.Base = bundledBase
	out := t.TempDir()
	if _, err := p.WriteAudit(context.Background(), out, AuditOptions{}, Tell{}); err == nil || !strings.Contains(err.Error(), "base") {
		t.Errorf("without leave: %v", err)
	}
	var said []string
	a, err := p.WriteAudit(context.Background(), out, AuditOptions{WithoutBase: true}, Tell{Say: func(line string) { said = append(said, line) }})
	if err != nil {
		t.Fatal(err)
	}
	if a.Lengths.Tokens != nil || len(said) != 1 || !strings.Contains(said[0], "tokens are not counted") {
		t.Errorf("tokens %v; said %q", a.Lengths.Tokens, said)
	}
}
