package profile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"

	"github.com/specialist-nlp/specialist/pkg/checkout"
)

// Env names the profile of a notebook: one of [Names], or a file that [Profile.WriteFile] wrote.
const Env = "SPECIALIST_PROFILE"

// FromEnvironment is the profile that SPECIALIST_PROFILE names, else demo.
func FromEnvironment() (Profile, error) {
	name := os.Getenv(Env)
	if name == "" {
		name = Names()[0]
	}
	if !checkout.IsFile(name) {
		return Read(name, nil)
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
	return atomicfile.WriteFile(path, p.canonical())
}
