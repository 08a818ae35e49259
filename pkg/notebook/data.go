package notebook

import (
	"context"
	"fmt"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/study"
)

// Audit audits the notes of the notebook's profile, or finds the audit that is on disk, and says in a few lines what came of it. The profile is
// the one that SPECIALIST_PROFILE names, demo unless it is set.
func Audit() {
	Run(func(ctx context.Context) error {
		a, err := audit(ctx, study.Tell{Say: func(line string) { fmt.Println(line) }})
		if err != nil {
			return err
		}
		var list strings.Builder
		for _, line := range a.Summary() {
			fmt.Fprintf(&list, "- %s\n", line)
		}
		return Markdown(list.String())
	})
}

// DataTables shows tables of the audit. It makes the audit first if there is none yet.
func DataTables(views ...func(a *study.Audit) page.Table) { showTables(audited, views) }

// DataFigures shows figures of the audit. It makes the audit first if there is none yet.
func DataFigures(views ...func(a *study.Audit) (page.Figure, error)) { showFigures(audited, views) }

func audited(ctx context.Context) (*study.Audit, error) { return audit(ctx, study.Tell{}) }

func audit(ctx context.Context, tell study.Tell) (*study.Audit, error) {
	profile, err := study.FromEnvironment()
	if err != nil {
		return nil, err
	}
	return profile.Audit(ctx, tell)
}
