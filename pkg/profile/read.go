package profile

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed *.yaml
var profileFiles embed.FS

// Names lists the embedded profiles, the default first.
func Names() []string { return []string{"demo", "mtsamples", "paper"} }

// Read returns a profile with settings of the form key=value applied, such as train.epochs=1. It is one of [Names], or a YAML file of the
// user's with the same keys, which extends one of them: what the file leaves out is as there. A list is written as in the files, [q_lin, v_lin];
// text stands as it is. A key that no profile has is refused, with the nearest one that there is.
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
		return p, fmt.Errorf("profile %s: %w", name, oneLine(err))
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
	if err := cmp.Or(decode(raw, &file), refuseFractions(raw)); err != nil {
		return fmt.Errorf("profile %s: %w", name, err)
	}
	return nil
}

// refuseFractions refuses a fraction for a key that takes a whole number: YAML's decoder would cut it to one.
func refuseFractions(raw []byte) (err error) {
	var document yaml.Node
	if err := yaml.Unmarshal(raw, &document); err != nil || len(document.Content) == 0 {
		return err
	}
	walk(reflect.ValueOf(Profile{}), "", func(key string, v reflect.Value) {
		n := child(document.Content[0], key)
		if n == nil || !v.CanInt() && !v.CanUint() {
			return
		}
		if x, wrong := strconv.ParseFloat(n.Value, 64); wrong == nil && x != math.Trunc(x) {
			err = cmp.Or(err, fmt.Errorf("line %d: %s must be a whole number, not %s", n.Line, key, n.Value))
		}
	})
	return err
}

// child finds the value of a dotted key below a mapping, nil where there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	first, rest, nested := strings.Cut(key, ".")
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != first {
			continue
		}
		if nested {
			return child(n.Content[i+1], rest)
		}
		return n.Content[i+1]
	}
	return nil
}

// decode is strict: an unknown key, or a second document, is an error of one line.
func decode(raw []byte, to any) error {
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	err := d.Decode(to)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return oneLine(err)
	}
	if err := d.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return errors.New("it holds more than one YAML document")
	}
	return nil
}

// oneLine folds the errors that YAML lists in lines of their own.
func oneLine(err error) error {
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		return errors.New(strings.Join(wrong.Errors, "; "))
	}
	return err
}
