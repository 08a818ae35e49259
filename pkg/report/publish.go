package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/page"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// The files of a report, beside the executed notebooks.
const (
	pageFile    = "index.html"
	printFile   = "report.pdf"
	resultsFile = "results.json"
)

// workFolder makes a folder in the report's, on the same disk, and so says early where nothing can be written. What a process that was killed
// left there goes.
func workFolder(ctx context.Context, out string) (work string, done func(), err error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", nil, fmt.Errorf("the report cannot be written: %w; choose another folder with --out", err)
	}
	left, err := filepath.Glob(filepath.Join(out, workPattern))
	if err != nil {
		return "", nil, err
	}
	for _, dir := range left {
		if err := removeWork(ctx, dir); err != nil {
			return "", nil, err
		}
	}
	if work, err = os.MkdirTemp(out, workPattern); err != nil {
		return "", nil, fmt.Errorf("the report cannot be written: %w; choose another folder with --out", err)
	}
	release, err := stage.Lock(ctx, work, 0)
	if err != nil {
		return "", nil, err
	}
	return work, func() {
		release()
		_ = os.RemoveAll(work)
		_ = os.Remove(out) // where it is empty: nothing came of it
	}, nil
}

// removeWork removes the folder of a report that was not finished, unless another process is at work in it.
func removeWork(ctx context.Context, dir string) error {
	release, err := stage.Lock(ctx, dir, 0)
	if errors.Is(err, stage.ErrBusy) {
		return nil
	}
	if err != nil {
		return err
	}
	defer release()
	return os.RemoveAll(dir)
}

// workPattern names the folders of reports that are not whole.
const workPattern = ".report-*"

// page writes the page, its print and the results notebookTag, and then moves everything into place.
func (b *builder) page(ctx context.Context, log stage.Log) error {
	study, err := b.experiment.Study(ctx, log)
	if err != nil {
		return err
	}
	if err := writePage(study, filepath.Join(b.work, pageFile), b.executed); err != nil {
		return b.unwritten(err)
	}
	if err := writeResults(study, filepath.Join(b.work, resultsFile)); err != nil {
		return b.unwritten(err)
	}
	files := []string{pageFile, resultsFile}
	switch err := page.PDF(ctx, filepath.Join(b.work, pageFile), filepath.Join(b.work, printFile)); {
	case errors.Is(err, page.ErrNoBrowser):
		log.Printf("%s is left out: %v", printFile, err)
	case err != nil:
		return b.unwritten(err)
	default:
		files = append(files, printFile)
	}
	for _, name := range Notebooks {
		if err := copyFile(filepath.Join(b.executed, name+".ipynb"), filepath.Join(b.work, name+".ipynb")); err != nil {
			return b.unwritten(err)
		}
		files = append(files, name+".ipynb")
	}
	return publish(b.work, b.options.Out, files)
}

// unwritten says that the earlier report, if there is one, is whole.
func (b *builder) unwritten(err error) error {
	if !checkout.IsFile(filepath.Join(b.options.Out, pageFile)) {
		return err
	}
	return fmt.Errorf("%w; the earlier report in %s is as it was", err, b.options.Out)
}

// publish moves the report's files into place. A print that was not made now is not left beside another page.
func publish(work, out string, files []string) error {
	if !slices.Contains(files, printFile) {
		if err := os.Remove(filepath.Join(out, printFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	for _, name := range files {
		if err := os.Rename(filepath.Join(work, name), filepath.Join(out, name)); err != nil {
			return err
		}
	}
	return nil
}

// copyFile copies a file's content to a new file, onto the disk: where that is full, it fails here, and not after the file has taken its place.
func copyFile(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(to, raw)
}
