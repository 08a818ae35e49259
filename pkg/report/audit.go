package report

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"

	"github.com/specialist-nlp/specialist/pkg/audit"
	"github.com/specialist-nlp/specialist/pkg/chapter"
	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// The files of an audit.
const (
	AuditFile = "audit.json"
	AuditPage = "audit.html"
)

// WriteAudit audits the profile's notes and writes AuditFile and AuditPage into a folder, which is made if need be. Both files take
// their places when both are whole; nothing is written where something fails before.
func WriteAudit(ctx context.Context, p profile.Profile, out string, options experiment.AuditOptions, log stage.Log) (*audit.Audit, error) {
	if info, err := os.Stat(out); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name a folder for the audit", out)
	}
	e, err := experiment.New(ctx, p, nil, log)
	if err != nil {
		return nil, err
	}
	a, err := e.AuditWith(ctx, options, log)
	if err != nil {
		return nil, err
	}
	raw, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	file, err := atomicfile.Create(filepath.Join(out, AuditPage))
	if err != nil {
		return nil, err
	}
	defer file.Cleanup()
	if err := writeAuditPage(ctx, e, a, file); err != nil {
		return nil, err
	}
	if err := atomicfile.WriteFile(filepath.Join(out, AuditFile), append(raw, '\n')); err != nil {
		return nil, err
	}
	return a, file.CloseAtomicallyReplace()
}

// writeAuditPage writes the audit as one page that needs nothing beside itself. Its figures are interactive where the set-up has put plotly.js into the
// checkout, and pictures elsewhere.
func writeAuditPage(ctx context.Context, e *experiment.Experiment, a *audit.Audit, w io.Writer) error {
	doc := page.Page{Title: "Audit of " + a.Name, Synthetic: a.Synthetic}
	for _, s := range chapter.Audit() {
		blocks, err := s.Blocks(ctx, e, stage.Log{})
		if err != nil {
			return err
		}
		body, err := page.Join(blocks...)
		if err != nil {
			return err
		}
		doc.Sections = append(doc.Sections, page.Section{ID: s.ID, Title: s.Title, Body: body})
	}
	var err error
	if doc.Plotly, err = plotly(); err != nil {
		return err
	}
	return doc.Write(w)
}
