package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// jupyter is the program that executes notebooks.
type jupyter struct {
	path        string
	home        string // the checkout
	environment []string
	stopFile    string        // asks the cells to stop
	interval    time.Duration // between the starts of two notebooks
}

func findJupyter(home string) (jupyter, error) {
	j := jupyter{path: filepath.Join(home, ".venv", "bin", "jupyter"), home: home}
	if checkout.IsFile(j.path) {
		return j, nil
	}
	path, err := exec.LookPath("jupyter")
	if err != nil {
		return jupyter{}, errors.New("jupyter is neither in .venv nor on PATH: run `make setup`")
	}
	j.path = path
	return j, nil
}

// serve says what the cells work for: a profile's file, this process, and the file that asks them to stop.
func (j *jupyter) serve(profileFile, stopFile string) {
	j.stopFile = stopFile
	j.environment = append(os.Environ(), profile.Env+"="+profileFile, stage.StopEnv+"="+stopFile,
		stage.ParentEnv+"="+strconv.Itoa(os.Getpid()), checkout.HomeEnv+"="+j.home)
}

// execute runs a notebook into dir. When ctx ends, the cell that runs is asked to stop, which fails the notebook.
func (j jupyter) execute(ctx context.Context, source, dir, name string) error {
	command := stage.Command{Path: j.path, Environment: j.environment, StopFile: j.stopFile, Args: []string{
		"nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=-1",
		"--ExecutePreprocessor.record_timing=False", "--output-dir", dir, "--output", name, source,
	}}
	if err := command.Run(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("jupyter nbconvert failed: %w", err)
	}
	return ctx.Err()
}
