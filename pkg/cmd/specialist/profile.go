package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/specialist-nlp/specialist/pkg/experiment"
	"github.com/specialist-nlp/specialist/pkg/profile"
	"github.com/specialist-nlp/specialist/pkg/stage"
)

// profileFlags choose a profile and change it.
type profileFlags struct {
	Profile string   `default:"demo" placeholder:"NAME" help:"demo (synthetic notes, minutes on two cores), mtsamples (a CSV of real notes), paper (the report's settings, on a GPU), or FILE.yaml, which extends one of them."`
	Data    *string  `placeholder:"FILE" help:"Notes: a CSV or JSON lines, .gz or not, with transcription and medical_specialty or text and label; a parquet file; a data set's folder; or hub:owner/name@revision."`
	Base    *string  `placeholder:"DIR" help:"Base model: a folder, minilm, or hub:owner/name@revision."`
	Set     []string `placeholder:"KEY=VALUE" sep:"none" help:"Change one of the profile's values; may be repeated. The keys are listed below."`

	remark string // what there is to say about the choice, once it is known to work
}

// read gives the profile that the flags ask for.
func (f *profileFlags) read() (profile.Profile, error) {
	p, err := profile.Read(f.Profile, f.Set)
	if err != nil {
		return p, err
	}
	for flag, value := range map[string]*string{"--data": f.Data, "--base": f.Base} {
		if value != nil && *value == "" { // an unset variable must not mean the demo
			return p, fmt.Errorf("%s is empty", flag)
		}
	}
	if f.Data != nil {
		p.Corpus.Source, p.Corpus.Path = "file", *f.Data
	}
	if f.Base != nil {
		p.Base = *f.Base
	}
	// Absolute, because a notebook runs in another folder.
	for _, path := range []*string{&p.Corpus.Path, &p.Base} {
		if _, err := os.Stat(*path); err == nil && *path != "" {
			if *path, err = filepath.Abs(*path); err != nil {
				return p, err
			}
		}
	}
	if backend := os.Getenv("GOMLX_BACKEND"); backend != "" && backend != p.Backend && !changed(f.Set, "backend") {
		f.remark = fmt.Sprintf("backend: %s, as GOMLX_BACKEND says (the profile has %s)", backend, p.Backend)
		p.Backend = backend
	}
	return p, p.Check()
}

// readSwept is read for what trains the profile's configurations.
func (f *profileFlags) readSwept() (profile.Profile, error) {
	p, err := f.read()
	if err != nil {
		return p, err
	}
	return p, p.CheckSettings(f.Set)
}

// start reads the profile's notes for a command that writes run folders to out.
func (f *profileFlags) start(ctx context.Context, p profile.Profile, out string, log stage.Log) (*experiment.Experiment, error) {
	if out == "" { // an unset variable
		return nil, errors.New("--out is empty")
	}
	return experiment.New(ctx, p, nil, log)
}

// log shows lines and progress, the remark first.
func (f *profileFlags) log(b *bar) stage.Log {
	return stage.Log{Progress: b.show, Print: func(line string) {
		if f.remark != "" {
			b.say(f.remark)
			f.remark = ""
		}
		b.say(line)
	}}
}

// changed says whether a setting names the key.
func changed(settings []string, key string) bool {
	for _, s := range settings {
		if len(s) > len(key) && s[:len(key)+1] == key+"=" {
			return true
		}
	}
	return false
}
