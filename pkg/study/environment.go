package study

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/google/renameio/v2"
)

// The command tells a notebook what to show through these variables: a notebook's cells are programs of their own, started by the
// kernel.
const (
	ProfileEnv = "SPECIALIST_PROFILE" // a file written by WriteFile, or a profile's name
	ParentEnv  = "SPECIALIST_PARENT"  // the process that a cell works for; when it ends, so does the cell's work
	StopEnv    = "SPECIALIST_STOP"    // a file that, once it is there, asks the cells to stop
)

// FromEnvironment is the profile that SPECIALIST_PROFILE names, else demo.
func FromEnvironment() (Profile, error) {
	name := os.Getenv(ProfileEnv)
	if name == "" {
		name = Profiles()[0]
	}
	if !isFile(name) {
		return ReadProfile(name, nil)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return Profile{}, err
	}
	var p Profile
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// WriteFile stores the profile for FromEnvironment.
func (p Profile) WriteFile(path string) error {
	return renameio.WriteFile(path, p.canonical(), 0o644, renameio.WithTempDir(filepath.Dir(path)))
}

// WithParent returns a context that ends when the command that a cell works for asks it to stop, or is no longer there: a
// notebook whose command was interrupted stops at a checkpoint instead of training on unseen.
func WithParent(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	parent, err := strconv.Atoi(os.Getenv(ParentEnv))
	if err != nil {
		return ctx, cancel
	}
	over := func() bool { return syscall.Kill(parent, 0) != nil || isFile(os.Getenv(StopEnv)) }
	if over() {
		cancel()
	}
	go func() {
		for ctx.Err() == nil {
			if over() {
				cancel()
			}
			time.Sleep(200 * time.Millisecond)
		}
	}()
	return ctx, cancel
}
