package distilbert

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/specialist-nlp/specialist/pkg/weights"
)

// Weights is a loaded model: every encoder tensor, and the head's if the folder has one, by canonical name; see
// [Config.EncoderShapes] and [Config.HeadShapes].
type Weights struct {
	Config  Config
	Tensors map[string]weights.Tensor
	Unused  []string // stored names of known parts that a sequence classifier does not read, sorted
	HasHead bool     // pre_classifier and classifier were in the folder
	Classes int      // rows of the classifier; 0 without a head
}

// Load reads config.json and model.safetensors from dir. A tensor of the encoder that is missing, a tensor of another shape and one
// that belongs to no known part are errors that name the file and the tensor. A BERT is folded into DistilBERT's layout: the layers
// of both compute the same, and as BERT adds the first token-type embedding to every position of a single text, that row is
// added to the position embeddings.
func Load(dir string) (*Weights, error) {
	config, err := ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	file, err := weights.Open(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		return nil, err
	}
	w := &Weights{Config: config, Tensors: make(map[string]weights.Tensor)}
	stored, err := w.index(file)
	if err != nil {
		return nil, err
	}
	for _, s := range config.EncoderShapes() {
		if err := w.take(file, stored, s); err != nil {
			return nil, err
		}
	}
	if err := w.takeHead(file, stored); err != nil {
		return nil, err
	}
	if config.ModelType == "bert" {
		if err := w.foldTokenTypes(file, stored); err != nil {
			return nil, err
		}
	}
	if len(stored) > 0 {
		key := slices.Min(slices.Collect(maps.Values(stored)))
		return nil, fmt.Errorf("%s: tensor %q belongs to no known part of a %s sequence classifier", file.Path, key, config.ModelType)
	}
	return w, nil
}

// index maps canonical names to the stored ones and lists the tensors of known parts that are not read in w.Unused.
func (w *Weights) index(file *weights.File) (map[string]string, error) {
	stored := make(map[string]string)
	for _, key := range file.Names() {
		name := w.Config.canonical(key)
		if w.Config.unused(name) {
			w.Unused = append(w.Unused, key)
			continue
		}
		if earlier, ok := stored[name]; ok {
			return nil, fmt.Errorf("%s: tensors %q and %q are the same part, %q", file.Path, earlier, key, name)
		}
		stored[name] = key
	}
	return stored, nil
}

// take reads one tensor of the file into w and removes its name from stored.
func (w *Weights) take(file *weights.File, stored map[string]string, s Shape) error {
	key, ok := stored[s.Name]
	if !ok {
		return w.missing(file, s.Name)
	}
	t, err := file.Tensor(key, s.Dims)
	if err != nil {
		return err
	}
	w.Tensors[s.Name] = t
	delete(stored, s.Name)
	return nil
}

// missing is the error of an encoder tensor that is not there, by the name that the file would store it under: the model type's own,
// with the prefix if other tensors have it.
func (w *Weights) missing(file *weights.File, name string) error {
	own, prefix := w.Config.ownName(name), w.Config.ModelType+"."
	if slices.ContainsFunc(file.Names(), func(key string) bool { return strings.HasPrefix(key, prefix) }) {
		own = prefix + own
	}
	return fmt.Errorf("%s: encoder tensor %q is missing", file.Path, own)
}

// takeHead reads the classification head if the file has one. A head of which a tensor is missing is an error.
func (w *Weights) takeHead(file *weights.File, stored map[string]string) error {
	classes := 0
	if key, ok := stored["classifier.weight"]; ok {
		if shape := file.Shape(key); len(shape) == 2 {
			classes = shape[0]
		}
	}
	head := w.Config.HeadShapes(classes)
	present := slices.DeleteFunc(slices.Clone(head), func(s Shape) bool { return stored[s.Name] == "" })
	if len(present) == 0 {
		return nil
	}
	if len(present) < len(head) {
		var missing []string
		for _, s := range head {
			if stored[s.Name] == "" {
				missing = append(missing, s.Name)
			}
		}
		return fmt.Errorf("%s: the classification head is incomplete, %s missing", file.Path, strings.Join(missing, " and "))
	}
	for _, s := range head {
		if err := w.take(file, stored, s); err != nil {
			return err
		}
	}
	if classes == 0 {
		return fmt.Errorf("%s: tensor %q has no classes", file.Path, "classifier.weight")
	}
	w.HasHead, w.Classes = true, classes
	return nil
}

// foldTokenTypes adds row 0 of BERT's token-type embeddings, [types, dim], to every position embedding.
func (w *Weights) foldTokenTypes(file *weights.File, stored map[string]string) error {
	const name = "embeddings.token_type_embeddings.weight"
	key, ok := stored[name]
	if !ok {
		return w.missing(file, name)
	}
	types, err := file.Tensor(key, nil)
	if err != nil {
		return err
	}
	dim := w.Config.Dim
	if len(types.Shape) != 2 || types.Shape[0] < 1 || types.Shape[1] != dim {
		return fmt.Errorf("%s: tensor %q has shape %v, but [types %d] is needed", file.Path, key, types.Shape, dim)
	}
	delete(stored, name)
	positions := w.Tensors["embeddings.position_embeddings.weight"].Data // [positions, dim]
	for i := range positions {
		positions[i] += types.Data[i%dim]
	}
	return nil
}

// BertHead says whether the folder is a BERT with a trained classifier, which reads the pooler and is not loaded.
func (w *Weights) BertHead() bool {
	return w.Config.ModelType == "bert" && slices.ContainsFunc(w.Unused, func(key string) bool {
		return strings.HasPrefix(w.Config.canonical(key), "classifier.")
	})
}
