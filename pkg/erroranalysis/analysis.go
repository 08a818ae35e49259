package erroranalysis

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/specialist-nlp/specialist/pkg/corpus"
	"github.com/specialist-nlp/specialist/pkg/evaluate"
	"github.com/specialist-nlp/specialist/pkg/predict"
)

// Input is the input of an analysis.
type Input struct {
	// Test holds the predictions of the test part, one for each text, by the note's id (or by that of one of its rows).
	Test   predict.Set
	Corpus *corpus.Corpus
	// Train holds the label set of each training text, as indices into Corpus.Labels: shape [texts][labels of the text].
	Train [][]int
	// DocumentLabels are the labels that name a kind of document rather than a specialty.
	DocumentLabels []string
}

// Options configures an analysis. The zero value is the default.
type Options struct {
	Bootstrap evaluate.Options
	// Temperature calibrates the confidences: the temperature of the softmax, fitted on validation notes. 0 keeps the scores.
	Temperature float64
	// MinSupport is the least number of texts in a slice, and in the rest, for the search to consider it; 0 stands for 10.
	MinSupport int
	// Worst is the most slices that the search returns; 0 stands for 10.
	Worst int
	// SearchFields are the fields of the slices that are searched; nil stands for [DefaultSearchFields].
	SearchFields []Field
	// Pairs are the confusions to look up by the names of their labels; nil stands for [DefaultPairs].
	Pairs []LabelPair
}

// complete fills in the defaults. It fails for options that no analysis can have.
func (o Options) complete() (Options, error) {
	if o.MinSupport == 0 {
		o.MinSupport = 10
	}
	if o.Worst == 0 {
		o.Worst = 10
	}
	if o.MinSupport < 1 || o.Worst < 0 {
		return o, fmt.Errorf("a minimum support of %d texts, or %d slices to return, cannot be", o.MinSupport, o.Worst)
	}
	if o.SearchFields == nil {
		o.SearchFields = DefaultSearchFields()
	}
	for _, f := range o.SearchFields {
		if !slices.Contains(Fields(), f) {
			return o, unknown("field", string(f), fieldNames())
		}
	}
	if o.Pairs == nil {
		o.Pairs = DefaultPairs()
	}
	return o, nil
}

// Analysis is the result of [Run].
type Analysis struct {
	Model      string `json:"model"`
	Part       string `json:"part"`
	Corpus     string `json:"corpus"` // its name
	CorpusHash string `json:"corpus_hash"`
	Synthetic  bool   `json:"synthetic"`
	// Temperature is the temperature of the confidences.
	Temperature float64         `json:"temperature"`
	Interval    evaluate.Method `json:"interval"`
	// Labels are the model's, in its order, and DocumentLabels those that name a kind of document.
	Labels         []string `json:"labels"`
	DocumentLabels []string `json:"document_labels"`
	TrainTexts     int      `json:"train_texts"`
	// Errors are the error rates of all test texts.
	Errors Rates `json:"errors"`

	Length     Length     `json:"length"`
	Similarity Similarity `json:"similarity"`
	Imbalance  Imbalance  `json:"imbalance"`
	Kinds      Kinds      `json:"kinds"`

	Examples []Example `json:"examples"`
	// Slices holds a slice for each value of each field, Worst a search for each reading.
	Slices []Slice  `json:"slices"`
	Worst  []Search `json:"worst"`
	// Cases are ordered by id.
	Cases []Case `json:"cases"`
}

// Run analyses a model's test predictions. It fails for predictions of another corpus, of a text that the corpus lacks or that has other
// labels there, for a label that the model does not know, and as [evaluate.New] does.
func Run(in Input, options Options) (*Analysis, error) {
	a, err := run(in, options)
	if err != nil {
		return nil, fmt.Errorf("erroranalysis: %w", err)
	}
	return a, nil
}

func run(in Input, options Options) (*Analysis, error) {
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	method, err := options.Bootstrap.Method()
	if err != nil {
		return nil, err
	}
	test := in.Test
	if options.Temperature != 0 {
		if test, err = test.WithTemperature(options.Temperature); err != nil {
			return nil, err
		}
	}
	if _, err := evaluate.New(test); err != nil {
		return nil, err
	}
	d, err := join(in, test)
	if err != nil {
		return nil, err
	}
	d.level = method.Level
	bounds := quarter(d.cases)
	a := &Analysis{
		Model: test.Model, Part: test.Part, Corpus: in.Corpus.Name, CorpusHash: test.CorpusHash,
		Synthetic: test.Synthetic || in.Corpus.Synthetic, Temperature: cmp.Or(test.Temperature, 1), Interval: method,
		Labels: d.labels, DocumentLabels: append([]string{}, in.DocumentLabels...), TrainTexts: len(in.Train), Cases: d.cases,
	}
	a.Errors = d.rates(d.where(func(int) bool { return true }), "")

	e := &estimator{n: len(d.texts)}
	d.length(&a.Length, e, bounds)
	d.similarity(&a.Similarity, e, options.Pairs)
	d.kinds(&a.Kinds, e)
	if err := d.imbalance(&a.Imbalance, e, options.Bootstrap); err != nil {
		return nil, err
	}
	if err := e.run(options.Bootstrap); err != nil {
		return nil, err
	}
	for _, p := range a.Patterns() {
		p.decide()
	}
	a.Examples = d.examples(a.Similarity)
	a.Slices = a.slices(options.MinSupport)
	a.Worst = a.search(options)
	return a, nil
}

// Patterns returns the four patterns, in the order of their keys.
func (a *Analysis) Patterns() []*Pattern {
	return []*Pattern{&a.Length.Pattern, &a.Similarity.Pattern, &a.Imbalance.Pattern, &a.Kinds.Pattern}
}

// Case returns the case of a text by its id. It fails for an unknown id.
func (a *Analysis) Case(id string) (Case, error) {
	at, ok := slices.BinarySearchFunc(a.Cases, id, func(c Case, id string) int { return cmp.Compare(c.ID, id) })
	if !ok {
		return Case{}, fmt.Errorf("erroranalysis: there is no text %q among the %d of part %q", id, len(a.Cases), a.Part)
	}
	return a.Cases[at], nil
}
