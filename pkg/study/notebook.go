package study

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Notebooks are the study's, in the order of the report's chapters.
var Notebooks = []string{"01_data", "02_finetune", "03_baselines", "04_efficiency", "05_errors", "06_discussion"}

// together is how many notebooks are executed at once: a cell links on one core and runs on another.
const together = 2

// apart is the time between two starts, in which a kernel has taken the ports that Jupyter chose for it.
const apart = 4 * time.Second

// executedFile says that a folder of executed notebooks is whole.
const executedFile = "executed.json"

// notebooks executes the notebooks, or finds them executed with the same results by the same code.
func (m *making) notebooks(ctx context.Context, tell Tell) error {
	fingerprint, err := m.shown()
	if err != nil {
		return err
	}
	if m.executed, err = stageDir("notebook", fingerprint); err != nil {
		return err
	}
	path := filepath.Join(m.executed, executedFile)
	if found, err := m.source.cache.find(path, &struct{}{}); found || err != nil {
		return err
	}
	jupyter, err := findJupyter(m.home)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.executed, 0o755); err != nil {
		return err
	}
	release, err := lock(m.executed)
	if err != nil {
		return err
	}
	defer release()
	profile := filepath.Join(m.work, "profile.json")
	if err := m.profile.WriteFile(profile); err != nil {
		return err
	}
	jupyter.serve(m.home, profile, filepath.Join(m.work, "stop"))
	if err := jupyter.executeAll(ctx, m.executed, tell); err != nil {
		return err
	}
	return writeStage(path, struct {
		Notebooks []string `json:"notebooks"`
	}{Notebooks})
}

// executeAll executes the notebooks into a folder, some at a time, and stops them all where one fails.
func (j jupyter) executeAll(ctx context.Context, dir string, tell Tell) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wait sync.WaitGroup
	var lock sync.Mutex
	var failure error // the first
	slots := make(chan struct{}, together)
	for i, name := range Notebooks {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		if i > 0 {
			select {
			case <-time.After(apart):
			case <-ctx.Done():
			}
		}
		tell.say("notebook %d of %d, %s", i+1, len(Notebooks), name)
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

// shown is the hash of everything that the executed notebooks hold: the notebooks, the study's results, its times among them, and the
// code, which is this program's.
func (m *making) shown() (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "specialist notebooks 1\n%s\n", m.profile.canonical())
	if err := json.NewEncoder(h).Encode(m.study); err != nil {
		return "", err
	}
	if err := json.NewEncoder(h).Encode(m.study.Inference); err != nil {
		return "", err
	}
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	files := []string{program, plotlyFile(m.home), m.study.Errors.CorrectionsFile(m.home)}
	for _, name := range Notebooks {
		files = append(files, filepath.Join(m.home, "notebooks", name+".ipynb"))
	}
	for _, path := range files {
		if err := addFile(h, path); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// addFile adds a file's content to a hash, or that there is none.
func addFile(h hash.Hash, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(h, "\nno %s\n", filepath.Base(path))
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintf(h, "\n%s\n", filepath.Base(path))
	_, err = io.Copy(h, f)
	return err
}

// CorrectionsFile is the file below the checkout that an analyst's corrections of these notes are kept in.
func (e *Errors) CorrectionsFile(home string) string {
	return filepath.Join(home, "data", "corrections", e.CorpusHash[:16]+".jsonl")
}
