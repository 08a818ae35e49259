package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/specialist-nlp/specialist/pkg/column"
)

// classNames returns the names of a column's class numbers: those in the metadata that the datasets library writes
// into the file, else those in the data set's card.
func classNames(file *column.File, label string, card func() ([]byte, error)) ([]string, error) {
	names, err := []string(nil), error(nil)
	if metadata, there := file.Lookup("huggingface"); there {
		if names, err = metadataNames(metadata, label); err != nil {
			return nil, fmt.Errorf("the metadata %q cannot be read: %w", "huggingface", err)
		}
	}
	if names == nil {
		content, err := card()
		if err != nil {
			return nil, err
		}
		if names, err = cardNames(content, label); err != nil {
			return nil, fmt.Errorf("README.md cannot be read: %w", err)
		}
	}
	if len(names) == 0 {
		return nil, errors.New(`neither the file's "huggingface" metadata nor a README.md beside it names the classes; add their names, or store labels as strings`)
	}
	seen := map[string]int{}
	for i, name := range names {
		name = strings.Join(strings.Fields(name), " ")
		if name == "" {
			return nil, fmt.Errorf("class %d has no name", i)
		}
		if first, twice := seen[name]; twice {
			return nil, fmt.Errorf("the classes %d and %d are both named %q", first, i, name)
		}
		seen[name] = i
	}
	return names, nil
}

// metadataNames reads {"info": {"features": {COLUMN: {"_type": "ClassLabel", "names": [...]}}}}.
func metadataNames(metadata, label string) ([]string, error) {
	var content struct {
		Info struct {
			Features map[string]json.RawMessage `json:"features"`
		} `json:"info"`
	}
	if err := json.Unmarshal([]byte(metadata), &content); err != nil {
		return nil, err
	}
	feature, there := content.Info.Features[label]
	if !there {
		return nil, nil
	}
	var class struct {
		Names []string `json:"names"`
	}
	if err := json.Unmarshal(feature, &class); err != nil {
		return nil, fmt.Errorf("feature %q: %w", label, err)
	}
	return class.Names, nil
}

// cardNames reads the features of dataset_info (one configuration or a list of them) in the YAML block that a card
// begins with. Configurations that name the classes differently are an error.
func cardNames(card []byte, label string) ([]string, error) {
	block, ok := bytes.CutPrefix(bytes.ReplaceAll(card, []byte("\r\n"), []byte("\n")), []byte("---\n"))
	if !ok {
		return nil, nil
	}
	block, _, ok = bytes.Cut(block, []byte("\n---"))
	if !ok {
		return nil, errors.New("the block between --- and --- is not closed")
	}
	var content struct {
		Info yaml.Node `yaml:"dataset_info"`
	}
	if err := yaml.Unmarshal(block, &content); err != nil {
		return nil, errors.New(strings.Join(strings.Fields(err.Error()), " "))
	}
	configurations := []*yaml.Node{&content.Info}
	if content.Info.Kind == yaml.SequenceNode {
		configurations = content.Info.Content
	}
	var names []string
	for _, configuration := range configurations {
		own, err := configurationNames(configuration, label)
		if err != nil {
			return nil, err
		}
		if names != nil && own != nil && !slices.Equal(names, own) {
			return nil, fmt.Errorf("its configurations name the classes of %q differently", label)
		}
		if own != nil {
			names = own
		}
	}
	return names, nil
}

func configurationNames(configuration *yaml.Node, label string) ([]string, error) {
	var info struct {
		Features []struct {
			Name  string    `yaml:"name"`
			DType yaml.Node `yaml:"dtype"`
		} `yaml:"features"`
	}
	if configuration.Kind != yaml.MappingNode || configuration.Decode(&info) != nil {
		return nil, nil // a card may hold other things there; classNames reports that names are missing
	}
	for _, feature := range info.Features {
		if feature.Name != label || feature.DType.Kind != yaml.MappingNode {
			continue
		}
		var dtype struct {
			Class struct {
				Names yaml.Node `yaml:"names"`
			} `yaml:"class_label"`
		}
		if err := feature.DType.Decode(&dtype); err != nil {
			return nil, fmt.Errorf("feature %q: its dtype is not a class_label with names", label)
		}
		return listNames(&dtype.Class.Names, label)
	}
	return nil, nil
}

// listNames reads names as a list, or as a mapping from the numbers 0, 1, ... to names.
func listNames(node *yaml.Node, label string) ([]string, error) {
	switch node.Kind {
	case 0:
		return nil, nil
	case yaml.SequenceNode:
		names := make([]string, len(node.Content))
		for i, item := range node.Content {
			names[i] = item.Value
		}
		return names, nil
	case yaml.MappingNode:
		names := make([]string, len(node.Content)/2)
		seen := make([]bool, len(names))
		for i := 0; i+1 < len(node.Content); i += 2 {
			at, err := strconv.Atoi(node.Content[i].Value)
			if err != nil || at < 0 || at >= len(names) || seen[at] {
				return nil, fmt.Errorf("feature %q: the class numbers are not 0 to %d, but there is %q", label, len(names)-1, node.Content[i].Value)
			}
			names[at], seen[at] = node.Content[i+1].Value, true
		}
		return names, nil
	}
	return nil, fmt.Errorf("feature %q: its class names are neither a list nor a mapping", label)
}
