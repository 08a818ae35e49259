package experiment

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// auditOf audits a profile's notes.
func auditOf(t *testing.T, p profile.Profile, s *stage.Store) *audit.Audit {
	t.Helper()
	a, err := newExperiment(t, p, s).Audit(t.Context(), stage.Log{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// stored lists the folders of a stage's results.
func stored(t *testing.T, s *stage.Store, name string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.Dir, name, "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		files[i] = filepath.Dir(file)
	}
	return files
}

func TestAuditIsMadeOnce(t *testing.T) {
	p, s := tinyProfile(t), newStore(t)
	made := auditOf(t, p, s)
	if made.Lengths.Tokens == nil || made.Synthetic || made.Texts != 60 || made.RowsKept != 64 || made.Hash != notesHash || made.Seed != 42 {
		t.Errorf("%d texts, tokens %v, synthetic %t, seed %d", made.Texts, made.Lengths.Tokens, made.Synthetic, made.Seed)
	}
	if found := auditOf(t, p, s); !cmp.Equal(found, made) || s.Made != 1 {
		t.Errorf("the second time it is made again, or is another one")
	}
	// Other notes, another seed and another tokenizer have audits of their own; another length has not.
	auditOf(t, profileOf(t, p.Corpus.Path, "max_length=16", "corpus.protocol=row"), s)
	if n := len(stored(t, s, "audit")); n != 1 {
		t.Errorf("%d audits of the same notes", n)
	}
	auditOf(t, profileOf(t, p.Corpus.Path, "corpus.seed=7"), s)
	other := testkit.CopyFolder(t, tiny)
	testkit.EditJSON(t, filepath.Join(other, "tokenizer_config.json"), func(c map[string]any) { c["strip_accents"] = false })
	auditOf(t, profileOf(t, p.Corpus.Path, "base="+other), s)
	notes := testkit.ReadFile(t, p.Corpus.Path) + "one more note that is long enough,Cardiology\n"
	auditOf(t, profileOf(t, testkit.WriteFile(t, filepath.Join(t.TempDir(), "notes.csv"), notes)), s)
	if n := len(stored(t, s, "audit")); n != 4 || s.Made != 4 {
		t.Errorf("%d audits are stored, %d were made, want 4", n, s.Made)
	}
}

func TestAuditWithOptions(t *testing.T) {
	p, s := tinyProfile(t), newStore(t)
	e := newExperiment(t, p, s)
	a, err := e.AuditWith(t.Context(), AuditOptions{DocumentLabels: []string{"Chirurgie"}}, stage.Log{})
	if err != nil || !slices.Equal(a.DocumentTypes.Labels, []string{"Chirurgie"}) || a.Lengths.Tokens == nil {
		t.Fatalf("document labels %+v, %v", a, err)
	}
	if s.Made != 0 || len(stored(t, s, "audit")) != 0 {
		t.Error("an audit with options is stored")
	}
	if own, err := e.Audit(t.Context(), stage.Log{}); err != nil || own != a {
		t.Errorf("it does not take the audit's place: %v", err)
	}
	_, err = e.AuditWith(t.Context(), AuditOptions{DocumentLabels: []string{"Alchemy"}}, stage.Log{})
	testkit.Refused(t, "an unknown label", err, "Alchemy")
}

// Without what the set-up installs, tokens are left out where that is allowed, and it is logged.
func TestAuditWithoutBase(t *testing.T) {
	p, s := tinyProfile(t), newStore(t)
	p.Base = checkout.BundledBase
	e := newExperiment(t, p, s)
	_, err := e.Audit(t.Context(), stage.Log{})
	testkit.Refused(t, "without leave", err, "base", "make build")
	var r recorder
	a, err := e.AuditWith(t.Context(), AuditOptions{WithoutBase: true}, r.log())
	if err != nil || a.Lengths.Tokens != nil || len(r.lines) != 1 || !strings.HasPrefix(r.lines[0], "tokens are not counted") {
		t.Errorf("tokens %v, logged %q, %v", a.Lengths.Tokens, r.lines, err)
	}
	// Of a base of the user's own, what is missing is an error.
	p.Base = filepath.Join(t.TempDir(), "missing")
	_, err = newExperiment(t, p, s).AuditWith(t.Context(), AuditOptions{WithoutBase: true}, stage.Log{})
	testkit.Refused(t, "a base that does not exist", err, p.Base)
}
