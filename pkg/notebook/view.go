package notebook

import (
	"context"

	"github.com/specialist-nlp/specialist/pkg/page"
)

// showTables shows tables of what load finds or makes.
func showTables[T any](load func(context.Context) (T, error), views []func(T) page.Table) {
	showBlocks(load, len(views), func(of T, i int) (page.Block, error) { return views[i](of), nil })
}

// showFigures shows figures of what load finds or makes.
func showFigures[T any](load func(context.Context) (T, error), views []func(T) (page.Figure, error)) {
	showBlocks(load, len(views), func(of T, i int) (page.Block, error) { return views[i](of) })
}

func showBlocks[T any](load func(context.Context) (T, error), count int, view func(of T, i int) (page.Block, error)) {
	Run(func(ctx context.Context) error {
		of, err := load(ctx)
		if err != nil {
			return err
		}
		blocks := make([]page.Block, count)
		for i := range blocks {
			if blocks[i], err = view(of, i); err != nil {
				return err
			}
		}
		return Show(blocks...)
	})
}
