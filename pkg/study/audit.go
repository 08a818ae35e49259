package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/hub"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// The files of an audit.
const (
	AuditFile = "audit.json"
	AuditPage = "audit.html"
)

// Audit is an audit of a profile's notes.
type Audit struct {
	*audit.Audit
	Dir string `json:"-"` // that holds AuditFile
}

// AuditOptions change what WriteAudit does.
type AuditOptions struct {
	// DocumentLabels are the labels that name a kind of document; nil for audit.DefaultDocumentLabels.
	DocumentLabels []string
	// WithoutBase leaves tokens out, and says so, where the profile's base is the one that set-up installs and it is not installed.
	WithoutBase bool
}

// Audit audits the profile's notes, or finds the audit in the stage cache. The lengths in tokens are those of the base's tokenizer.
func (p Profile) Audit(ctx context.Context, tell Tell) (*Audit, error) {
	notes, err := p.ReadNotes(ctx, tell)
	if err != nil {
		return nil, err
	}
	return p.audited(ctx, notes, nil, tell)
}

func (p Profile) audited(ctx context.Context, notes *Notes, kept *cache, tell Tell) (*Audit, error) {
	base, err := p.openTokenizer(ctx, tell)
	if err != nil {
		return nil, err
	}
	c := notes.Corpus
	h := sha256.New()
	fmt.Fprintf(h, "specialist audit %d\n%q %q %t %+v %d %s", audit.Version, c.Name, c.Hash, c.Synthetic, c.Report, p.Corpus.Seed, base.name)
	dir, err := stageDir("audit", hex.EncodeToString(h.Sum(nil)))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, AuditFile)
	found := &Audit{Dir: dir}
	if there, err := kept.find(path, &found.Audit); err != nil {
		return nil, err
	} else if there {
		return found, nil
	}
	made, err := audit.Run(ctx, c, audit.Options{Seed: p.Corpus.Seed, Tokenizer: base.tokenizer, TokenizerName: base.name})
	if err != nil {
		return nil, err
	}
	return &Audit{made, dir}, writeStage(path, made)
}

// WriteAudit audits the profile's notes and writes AuditFile and AuditPage into a folder, which is made if need be. Both files take
// their places when both are whole; nothing is written where something fails before.
func (p Profile) WriteAudit(ctx context.Context, out string, options AuditOptions, tell Tell) (*Audit, error) {
	if info, err := os.Stat(out); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name a folder for the audit", out)
	}
	notes, err := p.ReadNotes(ctx, tell)
	if err != nil {
		return nil, err
	}
	base := opened{}
	if missing := p.bundledMissing(); options.WithoutBase && missing != nil {
		tell.say("tokens are not counted: %v", missing)
	} else if base, err = p.openTokenizer(ctx, tell); err != nil {
		return nil, err
	}
	made, err := audit.Run(ctx, notes.Corpus, audit.Options{
		Seed: p.Corpus.Seed, Tokenizer: base.tokenizer, TokenizerName: base.name, DocumentLabels: options.DocumentLabels,
	})
	if err != nil {
		return nil, err
	}
	a := &Audit{made, out}
	raw, err := auditJSON(made)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	page, err := renameio.NewPendingFile(filepath.Join(out, AuditPage), renameio.WithTempDir(out), renameio.WithPermissions(0o644))
	if err != nil {
		return nil, err
	}
	defer page.Cleanup()
	if err := a.Page(page); err != nil {
		return nil, err
	}
	if err := renameio.WriteFile(filepath.Join(out, AuditFile), raw, 0o644, renameio.WithTempDir(out)); err != nil {
		return nil, err
	}
	return a, page.CloseAtomicallyReplace()
}

func auditJSON(a *audit.Audit) ([]byte, error) {
	raw, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(raw, '\n'), nil
}

// opened is a base's tokenizer; its name holds the hash of its files.
type opened struct {
	tokenizer *tokenize.Tokenizer
	name      string
}

// openTokenizer opens the base's tokenizer. Of a base on the Hub it downloads no weights.
func (p Profile) openTokenizer(ctx context.Context, tell Tell) (opened, error) {
	dir, name := "", p.Base
	var err error
	switch {
	case strings.HasPrefix(p.Base, "hub:"):
		var ref hub.Ref
		if ref, err = hub.ParseRef(p.Base); err == nil {
			files := slices.DeleteFunc(hub.ModelFiles(), func(f hub.File) bool { return strings.HasSuffix(f.Name, ".safetensors") })
			dir, err = hub.Fetch(ctx, ref, files, tell.download)
		}
	default:
		dir, err = p.baseDir(ctx, tell.download)
		name = filepath.Base(p.Base)
	}
	if err != nil {
		return opened{}, err
	}
	tokenizer, err := tokenize.Open(dir)
	if err != nil {
		return opened{}, err
	}
	h := sha256.New()
	for _, file := range definitions {
		raw, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return opened{}, err
		}
		fmt.Fprintf(h, "%s %d\n", file, len(raw))
		h.Write(raw)
	}
	return opened{tokenizer, fmt.Sprintf("%s (SHA-256 %x)", name, h.Sum(nil)[:6])}, nil
}

// bundledMissing says why the base that set-up installs cannot be used, where it is the profile's and not installed.
func (p Profile) bundledMissing() error {
	if p.Base != bundledBase {
		return nil
	}
	home, err := Home()
	if err == nil && isDir(filepath.Join(home, ".cache", "base", bundledBase)) {
		return nil
	}
	return errors.New("the base that set-up installs is not here; name a folder with a tokenizer with --base")
}
