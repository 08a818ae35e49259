package profile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Configuration is one way to train: what differs from the profile's own adapter and training settings.
type Configuration struct {
	Name string   `yaml:"name" json:"name"` // of its run folder too
	Set  []string `yaml:"set" json:"set"`   // key=value, of the keys adapter.* and train.*
}

// Configurations is a list of them, each with a name of its own.
type Configurations []Configuration

// ownSettings is the profile's settings as they are, where there is no sweep.
var ownSettings = Configuration{Name: "profile"}

// configurationName is what can name a folder everywhere.
var configurationName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// Names lists the configurations' names.
func (c Configurations) Names() []string {
	names := make([]string, len(c))
	for i := range c {
		names[i] = c[i].Name
	}
	return names
}

// Pick keeps the configurations of the given names, in their own order.
func (c Configurations) Pick(names []string) (Configurations, error) {
	picked := Configurations{}
	for _, one := range c {
		if slices.Contains(names, one.Name) {
			picked = append(picked, one)
		}
	}
	for _, name := range names {
		if !slices.Contains(c.Names(), name) {
			return nil, fmt.Errorf("there is no configuration %q, only %s", name, strings.Join(c.Names(), ", "))
		}
	}
	return picked, nil
}

// check refuses a list with a configuration that cannot be run.
func (c Configurations) check(p Profile, key string) error {
	seen := make(map[string]bool)
	for i, one := range c {
		if !configurationName.MatchString(one.Name) {
			return fmt.Errorf("%s: configuration %d is called %q; lower-case letters, digits, dots, hyphens and underscores name a folder", key, i+1, one.Name)
		}
		if seen[one.Name] {
			return fmt.Errorf("%s: two configurations are called %q", key, one.Name)
		}
		seen[one.Name] = true
		if _, err := p.Configured(one); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// Configured is the profile of one configuration's run: it has no sweep of its own.
func (p Profile) Configured(c Configuration) (Profile, error) {
	p = p.Single()
	for _, setting := range c.Set {
		if strings.HasPrefix(setting, "train.method=") {
			p.Train.Layers = 0 // belongs to the method that is left
		}
		if !strings.HasPrefix(setting, "adapter.") && !strings.HasPrefix(setting, "train.") {
			return p, fmt.Errorf("configuration %s: %q is not of a key adapter.* or train.*; the data, the base and the length are the whole sweep's", c.Name, setting)
		}
		if err := p.set(setting); err != nil {
			return p, fmt.Errorf("configuration %s: %w", c.Name, err)
		}
	}
	if err := p.Check(); err != nil {
		return p, fmt.Errorf("configuration %s: %w", c.Name, err)
	}
	return p, nil
}

// keyed is a list of configurations with the profile's key for it.
type keyed struct {
	key  string
	list Configurations
}

func (p Profile) lists() []keyed {
	return []keyed{{"sweep", p.Configurations}, {"compare", p.Compare}}
}

// CheckSettings refuses settings of the user's that the configurations would set otherwise: they would have no effect.
func (p Profile) CheckSettings(settings []string) error {
	for _, l := range p.lists() {
		for _, c := range l.list {
			for _, theirs := range c.Set {
				for _, ours := range settings {
					changed, _, _ := strings.Cut(ours, "=")
					if own, _, _ := strings.Cut(theirs, "="); strings.TrimSpace(changed) == strings.TrimSpace(own) {
						return fmt.Errorf("setting %q would not count, because configuration %s of the profile's %s sets %s; pick configurations with %s=[NAME, ...], or none with %s=[], which leaves the profile's own settings",
							ours, c.Name, l.key, theirs, l.key, l.key)
					}
				}
			}
		}
	}
	return nil
}

// SweepConfigurations are the configurations that the sweep trains: the profile's own settings alone where it lists none.
func (p Profile) SweepConfigurations() Configurations {
	if len(p.Configurations) == 0 {
		return Configurations{ownSettings}
	}
	return p.Configurations
}

// Single is the profile without its sweep, comparisons, learning rates and protocols: the settings of one run.
func (p Profile) Single() Profile {
	p.Configurations, p.Compare, p.Rates, p.Protocols = nil, nil, Rates{}, nil
	return p
}

// RateTrial is the profile of one point's run on the learning-rate curve: all rates get the same few epochs, none stops early.
func (p Profile) RateTrial(method Method, learningRate float64) Profile {
	epochs, warmup := p.Rates.Epochs, p.Rates.WarmupSteps
	p = p.Single()
	p.Train.Method, p.Train.Layers, p.Train.LearningRate = method, 0, learningRate
	p.Train.Epochs, p.Train.WarmupSteps, p.Train.Patience = epochs, warmup, 0
	return p
}

// ReportProtocols are the protocols under which the selected configuration stands beside the baselines, the profile's own first.
func (p Profile) ReportProtocols() []string {
	all := []string{p.Corpus.Protocol}
	for _, protocol := range p.Protocols {
		if protocol != p.Corpus.Protocol {
			all = append(all, protocol)
		}
	}
	return all
}
