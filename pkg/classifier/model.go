package classifier

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/weights"
)

// scopeName is the scope of the variable store that holds the model's tensors under their own names.
const scopeName = "model"

// modulePrefix is how PEFT sees the encoder's modules inside DistilBertForSequenceClassification.
const modulePrefix = "distilbert."

// Model is a sequence classifier: the encoder, its head, and an adapter or none.
type Model struct {
	Config    distilbert.Config
	Labels    []string      // in the order of the logits
	Adapter   *lora.Adapter // nil for a plain model
	Store     *model.Store  // every tensor as a Float32 variable; Tensor and SetTensor read and write them by name
	Notices   []string      // warnings from loading, one line each: unused tensors, initialised heads
	Untrained []string      // tensors of the head that were initialised and neither trained nor set since; Classify refuses them
}

// Trainable says which tensors training changes.
type Trainable int

const (
	// TrainAdapter trains the adapter and the head, or the head alone where there is no adapter.
	TrainAdapter Trainable = iota
	// TrainAll trains every tensor: full fine-tuning.
	TrainAll
	// TrainHead trains the head alone; the encoder and the adapter stay frozen.
	TrainHead
)

// New builds a model from its parts. The head comes from the adapter's folder, else from the base, else it is initialised from seed,
// which a notice and Untrained say. The classifier's weight must have a row for each label.
func New(base *distilbert.Weights, adapter *lora.Adapter, labels []string, seed uint64) (*Model, error) {
	if len(labels) == 0 {
		return nil, errors.New("there are no labels: a classifier needs at least one")
	}
	m := &Model{Config: base.Config.WithLabels(labels), Labels: labels, Adapter: adapter, Store: model.NewStore()}
	if len(base.Unused) > 0 {
		m.notice("not used by a sequence classifier: %s", strings.Join(base.Unused, ", "))
	}
	head, err := m.head(base, seed)
	if err != nil {
		return nil, err
	}
	for _, s := range base.Config.EncoderShapes() {
		if err := m.addVariable(s.Name, base.Tensors[s.Name], false); err != nil {
			return nil, err
		}
	}
	for _, s := range base.Config.HeadShapes(len(labels)) {
		t := head[s.Name]
		if !slices.Equal(t.Shape, s.Dims) {
			return nil, fmt.Errorf("tensor %q has shape %v, but %d labels and a hidden size of %d need %v", s.Name, t.Shape, len(labels), base.Config.Dim, s.Dims)
		}
		if err := m.addVariable(s.Name, t, true); err != nil {
			return nil, err
		}
	}
	if adapter != nil {
		for _, name := range lora.PairNames(adapter.Sites) { // in a fixed order, which is that of the sum in the gradients' norm
			if err := m.addVariable(name, adapter.Matrices[name], true); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

func (m *Model) notice(format string, args ...any) {
	m.Notices = append(m.Notices, fmt.Sprintf(format, args...))
}

// head returns the classification head's tensors by name.
func (m *Model) head(base *distilbert.Weights, seed uint64) (map[string]weights.Tensor, error) {
	head := make(map[string]weights.Tensor)
	fresh := base.Config.NewHead(len(m.Labels), seed)
	// A base's head with another number of classes was trained for other labels.
	usable := base.HasHead && base.Classes == len(m.Labels)
	for _, s := range base.Config.HeadShapes(len(m.Labels)) {
		switch {
		case m.Adapter != nil && m.Adapter.Heads[s.Name].Data != nil:
			head[s.Name] = m.Adapter.Heads[s.Name]
		case usable:
			head[s.Name] = base.Tensors[s.Name]
		default:
			head[s.Name] = fresh[s.Name]
			m.Untrained = append(m.Untrained, s.Name)
		}
	}
	if len(m.Untrained) > 0 {
		m.notice("newly initialised, to be trained before its answers mean anything: %s", strings.Join(m.Untrained, ", "))
	}
	return head, nil
}

func (m *Model) addVariable(name string, t weights.Tensor, trainable bool) error {
	v, err := m.Store.Scope(scopeName).CreateVariable(name, tensors.FromFlatDataAndDimensions(t.Data, t.Shape...))
	if err != nil {
		return err
	}
	v.SetTrainable(trainable)
	return nil
}

// SetTrainable chooses what training changes. New starts with TrainAdapter.
func (m *Model) SetTrainable(what Trainable) {
	m.setTrainable(func(name string) bool {
		return what == TrainAll || what == TrainAdapter && m.isPair(name) || isHead(name)
	})
}

// TrainLast trains the given number of the encoder's last layers and the head, and freezes the rest. A model with an adapter, whose
// file cannot hold encoder layers, is refused: merge the adapter first.
func (m *Model) TrainLast(layers int) error {
	if layers < 1 || layers > m.Config.Layers {
		return fmt.Errorf("the last %d layers cannot be trained: the encoder has %d, so 1 to %d can", layers, m.Config.Layers, m.Config.Layers)
	}
	if m.Adapter != nil {
		return errors.New("the last layers cannot be trained under an adapter: merge it first, or train the adapter alone")
	}
	var last []string
	for i := range layers {
		last = append(last, fmt.Sprintf("transformer.layer.%d.", m.Config.Layers-1-i))
	}
	m.setTrainable(func(name string) bool {
		return isHead(name) || slices.ContainsFunc(last, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
	return nil
}

func (m *Model) setTrainable(chosen func(name string) bool) {
	for v := range m.Store.Scope(scopeName).IterVariables() {
		v.SetTrainable(chosen(v.Name()))
	}
}

func isHead(name string) bool {
	return strings.HasPrefix(name, "pre_classifier.") || strings.HasPrefix(name, "classifier.")
}

// isPair says whether a tensor is one of the adapter's A and B matrices.
func (m *Model) isPair(name string) bool {
	return m.Adapter != nil && m.Adapter.Matrices[name].Data != nil
}

// TrainableNames lists the tensors that training changes, sorted.
func (m *Model) TrainableNames() []string {
	var names []string
	for v := range m.Store.Scope(scopeName).IterVariables() {
		if v.Trainable {
			names = append(names, v.Name())
		}
	}
	slices.Sort(names)
	return names
}

// Parameters counts the values that training changes and all values, each once.
func (m *Model) Parameters() (trainable, total int) {
	for v := range m.Store.Scope(scopeName).IterVariables() {
		n := v.Shape().Size()
		total += n
		if v.Trainable {
			trainable += n
		}
	}
	return trainable, total
}

// Tensor copies a tensor's current value into memory.
func (m *Model) Tensor(name string) (weights.Tensor, error) {
	v := m.Store.Scope(scopeName).GetVariable(name)
	if v == nil {
		return weights.Tensor{}, fmt.Errorf("the model has no tensor %q", name)
	}
	return Value(v)
}

// copyTensors copies several tensors, by name.
func (m *Model) copyTensors(names []string) (map[string]weights.Tensor, error) {
	out := make(map[string]weights.Tensor, len(names))
	for _, name := range names {
		t, err := m.Tensor(name)
		if err != nil {
			return nil, err
		}
		out[name] = t
	}
	return out, nil
}

// Trained copies the tensors that training changes, by name.
func (m *Model) Trained() (map[string]weights.Tensor, error) {
	return m.copyTensors(m.TrainableNames())
}

// Value copies a Float32 variable's current value into memory.
func Value(v *model.Variable) (weights.Tensor, error) {
	value, err := v.Value()
	if err != nil {
		return weights.Tensor{}, fmt.Errorf("%s: %w", v.Path(), err)
	}
	data, err := tensors.CopyFlatData[float32](value)
	if err != nil {
		return weights.Tensor{}, fmt.Errorf("%s: %w", v.Path(), err)
	}
	return weights.Tensor{Shape: slices.Clone(v.Shape().Dimensions), Data: data}, nil
}

// SetTensor replaces a tensor's value by one of the same shape.
func (m *Model) SetTensor(name string, t weights.Tensor) error {
	v := m.Store.Scope(scopeName).GetVariable(name)
	if v == nil {
		return fmt.Errorf("the model has no tensor %q", name)
	}
	if !slices.Equal(v.Shape().Dimensions, t.Shape) {
		return fmt.Errorf("tensor %q has shape %v, the model's has %v", name, t.Shape, v.Shape().Dimensions)
	}
	if err := v.SetValue(tensors.FromFlatDataAndDimensions(slices.Clone(t.Data), t.Shape...)); err != nil {
		return err
	}
	m.Untrained = slices.DeleteFunc(m.Untrained, func(untrained string) bool { return untrained == name })
	return nil
}

// Sites lists the linear layers that can carry an adapter, by the names that PEFT sees.
func Sites(c distilbert.Config) []lora.Site {
	var sites []lora.Site
	for _, name := range c.Linears() {
		out, in := c.LinearDims(name)
		sites = append(sites, lora.Site{Module: modulePrefix + name, Out: out, In: in})
	}
	return sites
}

// OtherModules lists the modules that PEFT could adapt and this project does not.
func OtherModules() []string {
	return []string{modulePrefix + "embeddings.word_embeddings", modulePrefix + "embeddings.position_embeddings", "pre_classifier", "classifier"}
}

// HeadNames lists the tensors that an adapter's file may store whole.
func HeadNames(c distilbert.Config) []string {
	var names []string
	for _, s := range c.HeadShapes(1) {
		names = append(names, s.Name)
	}
	return names
}
