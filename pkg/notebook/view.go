package notebook

import (
	"context"

	"github.com/specialist-nlp/specialist/pkg/report"
)

// showTables shows tables of what load finds or makes.
func showTables[T any](load func(context.Context) (T, error), views []func(T) report.Table) {
	showBlocks(load, len(views), func(of T, i int) (report.Block, error) { return views[i](of), nil })
}

// showFigures shows figures of what load finds or makes.
func showFigures[T any](load func(context.Context) (T, error), views []func(T) (report.Figure, error)) {
	showBlocks(load, len(views), func(of T, i int) (report.Block, error) { return views[i](of) })
}

func showBlocks[T any](load func(context.Context) (T, error), count int, view func(of T, i int) (report.Block, error)) {
	Run(func(ctx context.Context) error {
		of, err := load(ctx)
		if err != nil {
			return err
		}
		blocks := make([]report.Block, count)
		for i := range blocks {
			if blocks[i], err = view(of, i); err != nil {
				return err
			}
		}
		return Show(blocks...)
	})
}
