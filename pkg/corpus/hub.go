package corpus

import (
	"context"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/hub"
)

// readHub fetches a data set's parquet files and card, and reads them as the folder that they are then.
func readHub(ctx context.Context, source string, options Options) (*Corpus, error) {
	ref, err := hub.ParseRef(source)
	if err != nil {
		return nil, err
	}
	ref.Dataset = true
	dir, err := hub.Fetch(ctx, ref, []hub.File{
		{Name: "data/*.parquet", Pattern: true},
		{Name: "README.md", Optional: true},
	}, options.Progress)
	if err != nil {
		return nil, err
	}
	c, err := readFolder(ctx, dir, options)
	if err != nil {
		return nil, err
	}
	c.Name = ref.ID + "@" + filepath.Base(dir)
	return c, nil
}
