package report

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// Notebooks are the report's chapters, in its order.
var Notebooks = []string{"01_data", "02_finetune", "03_baselines", "04_efficiency", "05_errors", "06_discussion"}

// maxParallel is how many notebooks are executed at once: a cell links on one core and runs on another.
const maxParallel = 2

// startInterval is the time between two starts, in which a kernel has taken the ports that Jupyter chose for it.
const startInterval = 4 * time.Second

// executedNotebooks is the result of executing the notebooks, which lie beside it.
type executedNotebooks struct {
	Notebooks []string `json:"notebooks"`
}

// notebooks executes the notebooks, or finds them executed with the same results by the same code.
func (b *builder) notebooks(ctx context.Context, log stage.Log) error {
	key, err := b.notebooksKey(ctx, log)
	if err != nil {
		return err
	}
	result := &executedNotebooks{}
	b.executed = b.experiment.Store.Path(key)
	return b.experiment.Store.Make(ctx, key, result, func(dir string) error {
		jupyter, err := findJupyter(b.home)
		if err != nil {
			return err
		}
		jupyter.interval = cmp.Or(b.options.startInterval, startInterval)
		profile := filepath.Join(b.work, "profile.json")
		if err := b.profile.WriteFile(profile); err != nil {
			return err
		}
		jupyter.serve(profile, filepath.Join(b.work, "stop"))
		result.Notebooks = Notebooks
		return jupyter.executeAll(ctx, dir, log)
	})
}

// notebooksKey names the executed notebooks by everything that they hold: the notebooks, the study's results, its times among them, and the code,
// which is this program's.
func (b *builder) notebooksKey(ctx context.Context, log stage.Log) (stage.Key, error) {
	s, err := b.experiment.Study(ctx, log)
	if err != nil {
		return stage.Key{}, err
	}
	program, err := os.Executable()
	if err != nil {
		return stage.Key{}, err
	}
	key := stage.Key{Name: "notebooks", Version: 2, Inputs: []any{s, s.Inference}}
	files := []string{program, checkout.PlotlyFile(b.home), checkout.CorrectionsFile(b.home, s.Errors.CorpusHash)}
	for _, name := range Notebooks {
		files = append(files, b.source(name))
	}
	for _, path := range files {
		hash, err := fileHash(path)
		if err != nil {
			return key, err
		}
		key.Inputs = append(key.Inputs, filepath.Base(path), hash)
	}
	return key, nil
}

// source is a notebook in the checkout.
func (b *builder) source(name string) string {
	return filepath.Join(b.home, "notebooks", name+".ipynb")
}

// fileHash is the hash of a file's content; "none" where there is no file.
func fileHash(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return "none", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// executeAll executes the notebooks into a folder, some at a time, and stops them all where one fails.
func (j jupyter) executeAll(ctx context.Context, dir string, log stage.Log) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wait sync.WaitGroup
	var lock sync.Mutex
	var failure error // the first
	slots := make(chan struct{}, maxParallel)
	for i, name := range Notebooks {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		if i > 0 {
			select {
			case <-time.After(j.interval):
			case <-ctx.Done():
			}
		}
		log.Printf("notebook %d of %d, %s", i+1, len(Notebooks), name)
		wait.Go(func() {
			defer func() { <-slots }()
			if err := j.execute(ctx, filepath.Join(j.home, "notebooks", name+".ipynb"), dir, name); err != nil {
				lock.Lock()
				defer lock.Unlock()
				if failure == nil && ctx.Err() == nil {
					failure = fmt.Errorf("notebook %s: %w", name, err)
				}
				cancel()
			}
		})
	}
	wait.Wait()
	if failure == nil {
		return ctx.Err()
	}
	return failure
}
