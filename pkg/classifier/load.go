package classifier

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/checkout"
	"github.com/specialist-nlp/specialist/pkg/lora"
)

// A run folder's contents, as training leaves them. The result is written last: a folder that has it is complete.
const (
	runResult  = "run.json"
	runAdapter = "adapter" // of a run that trained an adapter, in PEFT's format
	runModel   = "model"   // of a run that trained the encoder itself, as transformers loads it
)

// The files of an adapter folder: its settings and its tensors.
const (
	adapterConfig  = "adapter_config.json"
	adapterWeights = "adapter_model.safetensors"
)

// Source says where a classifier is loaded from. One of Run, Adapter and Base is needed.
type Source struct {
	// Run is the folder of a finished training run. It stands for the adapter or the whole model in it.
	Run string
	// Adapter is the folder of a LoRA adapter in PEFT's format.
	Adapter string
	// Base is the folder of a DistilBERT, or of a BERT under an adapter, or the name of a base that set-up installs, such as
	// minilm. Where there is an adapter it may be empty: then it is the base that adapter_config.json names, and its weights
	// must be the ones that the adapter was trained on.
	Base string
	// Backend is xla:cpu, xla:cuda or go. For an empty one see BackendName.
	Backend string
}

// Load opens a trained classifier with its backend, ready to Classify; Close releases the backend. Nothing is downloaded: a base
// on the Hugging Face Hub has to be fetched before, and its folder given as Base.
//
// A head that nobody trained is an error that names the missing tensors, so that no answer comes from random weights. Errors are
// one line and name the folder, file, tensor or label at fault.
func Load(source Source) (*Classifier, error) {
	baseDir, adapterDir, err := source.folders()
	if err != nil {
		return nil, err
	}
	c, err := Open(baseDir, adapterDir)
	if err != nil {
		return nil, err
	}
	if missing := c.missingHead(); len(missing) > 0 {
		return nil, missingHeadError(baseDir, adapterDir, missing)
	}
	if adapterDir != "" && source.Base == "" {
		card, err := readCard(adapterDir)
		if err != nil {
			return nil, err
		}
		if card.BaseSHA256 != "" && card.BaseSHA256 != c.BaseSHA256 {
			return nil, fmt.Errorf("%s was trained on a base whose weights have SHA-256 %.12s, those in %s have %.12s: name the base's folder", adapterDir, card.BaseSHA256, baseDir, c.BaseSHA256)
		}
	}
	c.backendName = source.Backend
	if err := c.connect(); err != nil {
		return nil, err
	}
	return c, nil
}

// folders resolves the source to a model folder and an adapter folder, which is empty where there is none.
func (s Source) folders() (baseDir, adapterDir string, err error) {
	adapterDir = s.Adapter
	if s.Run != "" {
		if s.Adapter != "" {
			return "", "", fmt.Errorf("both the run %s and the adapter %s are given, one is needed", s.Run, s.Adapter)
		}
		model := filepath.Join(s.Run, runModel)
		adapterDir = filepath.Join(s.Run, runAdapter)
		switch {
		case !checkout.IsDir(s.Run):
			return "", "", fmt.Errorf("the run's folder %s does not exist", s.Run)
		case !checkout.IsFile(filepath.Join(s.Run, runResult)) && checkout.IsFile(filepath.Join(s.Run, adapterConfig)):
			return "", "", fmt.Errorf("%s has no %s but is an adapter's folder: give it as the adapter", s.Run, runResult)
		case !checkout.IsFile(filepath.Join(s.Run, runResult)):
			return "", "", fmt.Errorf("%s has no %s: it is not the folder of a finished run", s.Run, runResult)
		case checkout.IsDir(model) && s.Base != "":
			return "", "", fmt.Errorf("%s is a whole model: the base %s has no place under it", model, s.Base)
		case checkout.IsDir(model):
			return model, "", nil
		case !checkout.IsDir(adapterDir):
			return "", "", fmt.Errorf("%s has neither %s nor %s: nothing that was trained is there", s.Run, runAdapter, runModel)
		}
	}
	if s.Adapter != "" && checkout.IsFile(filepath.Join(s.Adapter, runResult)) {
		return "", "", fmt.Errorf("%s is the folder of a run: give it as the run", s.Adapter)
	}
	if s.Base != "" {
		baseDir, err = findBase(s.Base, adapterDir)
		return baseDir, adapterDir, err
	}
	if adapterDir == "" {
		return "", "", errors.New("a run, an adapter or a base is needed to load a classifier from")
	}
	config, err := lora.ReadConfig(adapterDir)
	if err != nil {
		return "", "", err
	}
	named := filepath.Join(adapterDir, adapterConfig)
	if config.Base == "" {
		return "", "", fmt.Errorf("%s names no base (base_model_name_or_path): give the base's folder", named)
	}
	if baseDir, err = findBase(config.Base, adapterDir); err != nil {
		return "", "", fmt.Errorf("%s: %w", named, err)
	}
	return baseDir, adapterDir, nil
}

// findBase finds the folder of a base: one that set-up installed, else the folder of that path. An adapter of a checkout's own run
// finds the checkout's base wherever the program runs.
func findBase(name, adapterDir string) (string, error) {
	if filepath.Base(name) == name && name != "." && name != ".." {
		var near []string
		if dir, err := filepath.Abs(adapterDir); err == nil && adapterDir != "" {
			near = append(near, dir)
		}
		if dir, found := checkout.Installed(filepath.Join("base", name), near...); found {
			return dir, nil
		}
	}
	if _, err := os.Stat(name); err == nil {
		return name, nil // Open says what is wrong with what is no model folder
	}
	if strings.HasPrefix(name, "hub:") {
		return "", fmt.Errorf("base %q is on the Hub and nothing is downloaded here: fetch it and give its folder as the base", name)
	}
	return "", fmt.Errorf("base %q is neither a folder nor installed by `make setup`: give the base's folder", name)
}

// missingHead lists the head's tensors that nobody trained: those that were initialised, and those that the adapter's
// modules_to_save promises and its file does not hold, in whose place only another head's could stand.
func (c *Classifier) missingHead() []string {
	missing := slices.Clone(c.Untrained)
	if c.Adapter == nil {
		return missing
	}
	for _, name := range HeadNames(c.Config) {
		module := name[:strings.LastIndex(name, ".")]
		_, stored := c.Adapter.Heads[name]
		if !stored && slices.Contains(c.Adapter.Config.ModulesToSave, module) && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

func missingHeadError(baseDir, adapterDir string, missing []string) error {
	names := strings.Join(missing, ", ")
	if adapterDir == "" {
		return fmt.Errorf("base %s has no trained head (%s): give an adapter that has one, or a base that was fine-tuned", baseDir, names)
	}
	return fmt.Errorf("%s has no %s, and base %s has no head that was trained with it", filepath.Join(adapterDir, adapterWeights), names, baseDir)
}
