package lora

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/atomicfile"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

const (
	configFile  = "adapter_config.json"
	weightsFile = "adapter_model.safetensors"
)

// Read loads an adapter folder, PEFT's or one of [Adapter.Write], for a model with the given linear layers. others are the model's
// remaining modules, heads the tensor names of the modules that may be saved whole; of such a module all tensors or none are
// stored. Errors name the file and the tensor: one that is missing, of another shape (an adapter for another base), or that the
// configuration does not select.
func Read(dir string, sites []Site, others, heads []string) (*Adapter, error) {
	config, err := ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	selected, err := config.Select(sites, others)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, configFile), err)
	}
	file, err := weights.Open(filepath.Join(dir, weightsFile))
	if err != nil {
		return nil, err
	}
	a := &Adapter{Config: config, Sites: selected, Matrices: make(map[string]weights.Tensor), Heads: make(map[string]weights.Tensor)}
	known := make(map[string]bool)
	for _, s := range selected {
		for _, matrix := range []struct {
			name  string
			shape []int
		}{{AName(s.Module), []int{config.Rank, s.In}}, {BName(s.Module), []int{s.Out, config.Rank}}} {
			key := fileKey(matrix.name)
			t, err := file.Tensor(key, matrix.shape)
			if err != nil {
				return nil, fmt.Errorf("%w (r is %d and the base's %s is [%d, %d])", err, config.Rank, s.Module, s.Out, s.In)
			}
			a.Matrices[matrix.name], known[key] = t, true
		}
	}
	for _, key := range file.Names() {
		if known[key] {
			continue
		}
		name, ok := modelName(key)
		if !ok || !slices.Contains(heads, name) {
			return nil, fmt.Errorf("%s: tensor %q belongs neither to a targeted layer nor to a classification head; target_modules is %s", file.Path, key, config.targets())
		}
		if a.Heads[name], err = file.Tensor(key, nil); err != nil {
			return nil, err
		}
	}
	stored := a.savedModules()
	for _, name := range heads {
		if _, ok := a.Heads[name]; !ok && slices.Contains(stored, moduleOf(name)) {
			return nil, fmt.Errorf("%s: tensor %q is missing, the rest of the module is there", file.Path, fileKey(name))
		}
	}
	return a, nil
}

// Write stores the adapter as a folder that PEFT loads, creating the folder if necessary. Each file is written under a temporary name
// and renamed, the configuration last, so that a folder with a configuration is complete.
func (a *Adapter) Write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tensors := make(map[string]weights.Tensor, len(a.Matrices)+len(a.Heads))
	for name, t := range a.Matrices {
		tensors[fileKey(name)] = t
	}
	for name, t := range a.Heads {
		tensors[fileKey(name)] = t
	}
	if err := weights.Write(filepath.Join(dir, weightsFile), tensors, nil); err != nil {
		return err
	}
	config := a.Config
	config.ModulesToSave = a.savedModules()
	raw, err := config.marshal()
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(dir, configFile), raw); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Join(dir, configFile), err)
	}
	return nil
}

// savedModules lists the modules whose tensors are stored whole.
func (a *Adapter) savedModules() []string {
	var modules []string
	for name := range a.Heads {
		if module := moduleOf(name); !slices.Contains(modules, module) {
			modules = append(modules, module)
		}
	}
	slices.Sort(modules)
	return modules
}

// moduleOf returns the module of a tensor, its name without the last part: classifier for classifier.weight.
func moduleOf(name string) string { return name[:strings.LastIndex(name, ".")] }
