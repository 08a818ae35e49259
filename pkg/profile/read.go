package profile

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed *.yaml
var profileFiles embed.FS

// Names lists the embedded profiles, the default first.
func Names() []string { return []string{"demo", "mtsamples", "paper"} }

// Read returns a profile with settings of the form key=value applied, such as train.epochs=1. It is one of [Names], or a YAML file of the user's with the same keys, which extends one of them: what the file leaves out is as there. A list
// is written as in the files, [q_lin, v_lin]; text stands as it is. A key that no profile has is refused, with the nearest one
// that there is.
func Read(name string, settings []string) (Profile, error) {
	p, err := namedProfile(name)
	if err != nil {
		return Profile{}, err
	}
	for _, s := range settings {
		if err := p.set(s); err != nil {
			return Profile{}, err
		}
	}
	return p, nil
}

// namedProfile reads an embedded profile, or a file of the user's, and first what it extends.
func namedProfile(name string) (Profile, error) {
	p := Profile{Name: name}
	raw, err := profileFiles.ReadFile(name + ".yaml")
	if extension := filepath.Ext(name); extension == ".yaml" || extension == ".yml" {
		if raw, err = os.ReadFile(name); err != nil {
			return p, fmt.Errorf("profile: %w", err)
		}
		p.Name = strings.TrimSuffix(filepath.Base(name), extension)
	} else if err != nil {
		return p, fmt.Errorf("there is no profile %q: choose one of %s, or a file NAME.yaml", name, strings.Join(Names(), ", "))
	}
	var parent struct {
		Extends string         `yaml:"extends"`
		Rest    map[string]any `yaml:",inline"`
	}
	if err := yaml.Unmarshal(raw, &parent); err != nil {
		return p, fmt.Errorf("profile %s: %w", name, err)
	}
	if name == rootProfile {
		return p, p.read(name, raw)
	}
	if !slices.Contains(Names(), parent.Extends) {
		return p, fmt.Errorf("profile %s: extends is %q; name the profile that it changes: %s", name, parent.Extends, strings.Join(Names(), ", "))
	}
	extended, err := namedProfile(parent.Extends)
	if err != nil {
		return p, err
	}
	extended.Name = p.Name
	return extended, extended.read(name, raw)
}

// rootProfile is the embedded profile that extends no other.
const rootProfile = "mtsamples"

// read puts a file's values over the profile's. A list takes the place of the one that was there.
func (p *Profile) read(name string, raw []byte) error {
	file := struct {
		Extends  string `yaml:"extends"`
		*Profile `yaml:",inline"`
	}{Profile: p}
	if err := decode(raw, &file); err != nil {
		return fmt.Errorf("profile %s: %w", name, err)
	}
	return nil
}

// decode is strict: an unknown key is an error.
func decode(raw []byte, to any) error {
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(to); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
