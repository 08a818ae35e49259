package classifier

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute"

	"github.com/specialist-nlp/specialist/pkg/distilbert"
	"github.com/specialist-nlp/specialist/pkg/lora"
	"github.com/specialist-nlp/specialist/pkg/tokenize"
)

// Classifier is a model with its tokenizer.
type Classifier struct {
	*Model
	Tokenizer  *tokenize.Tokenizer
	MaxLength  int    // tokens that a note is cut to, [CLS] and [SEP] included
	BaseDir    string // where the base and its tokenizer were read from
	BaseSHA256 string // of the base's model.safetensors
	Synthetic  bool   // trained on synthetic notes

	// Of Classify: what is opened once, and used by one call at a time.
	mu          sync.Mutex
	backendName string
	backend     compute.Backend
	predictor   *Predictor
	closed      bool
}

// Open reads a base folder and, unless adapterDir is empty, an adapter on it, without a backend: for training, export and graphs of
// one's own. To classify texts, see Load. A head that neither folder has is initialised from seed 0, which a notice and Untrained
// say. Errors name the file and the tensor, key or label at fault.
func Open(baseDir, adapterDir string) (*Classifier, error) {
	base, sum, err := loadBase(baseDir)
	if err != nil {
		return nil, err
	}
	if base.BertHead() && adapterDir == "" {
		return nil, fmt.Errorf("%s is a BERT whose classifier reads the pooler, which DistilBERT does not have: give an adapter that was trained on this base", baseDir)
	}
	var adapter *lora.Adapter
	cardDir := baseDir // where export and full fine-tuning write it
	if adapterDir != "" {
		cardDir = adapterDir
		if adapter, err = lora.Read(adapterDir, Sites(base.Config), OtherModules(), HeadNames(base.Config)); err != nil {
			return nil, err
		}
	}
	card, err := readCard(cardDir)
	if err != nil {
		return nil, err
	}
	labels, unnamed, err := chooseLabels(baseDir, base, adapter, card)
	if err != nil {
		return nil, err
	}
	m, err := New(base, adapter, labels, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join([]string{baseDir, adapterDir}, " with "), err)
	}
	if unnamed {
		m.notice("no labels are named: they are called %s to %s", labels[0], labels[len(labels)-1])
	}
	if card.BaseSHA256 != "" && card.BaseSHA256 != sum {
		m.notice("the adapter was trained on a base whose weights have SHA-256 %.12s; this base's have %.12s", card.BaseSHA256, sum)
	}
	return withTokenizer(m, baseDir, sum, card)
}

// Prepare reads a base folder for training. The head, for the given labels, and the adapter, unless config is nil, are initialised
// from the seed.
func Prepare(baseDir string, config *lora.Config, labels []string, seed uint64) (*Classifier, error) {
	base, sum, err := loadBase(baseDir)
	if err != nil {
		return nil, err
	}
	base.HasHead = false // a head that the base brings was trained for other labels
	var adapter *lora.Adapter
	if config != nil {
		if adapter, err = lora.New(*config, Sites(base.Config), OtherModules(), seed); err != nil {
			return nil, err
		}
	}
	m, err := New(base, adapter, labels, seed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", baseDir, err)
	}
	return withTokenizer(m, baseDir, sum, LabelFile{})
}

// loadBase reads a base's weights and the hash of their file.
func loadBase(dir string) (*distilbert.Weights, string, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, "", fmt.Errorf("base model: %w", err)
	} else if !info.IsDir() {
		return nil, "", fmt.Errorf("base model: %s is a file, a model folder is needed", dir)
	}
	base, err := distilbert.Load(dir)
	if err != nil {
		return nil, "", err
	}
	sum, err := fileSHA256(filepath.Join(dir, "model.safetensors"))
	return base, sum, err
}

// withTokenizer adds the base's tokenizer and what the card says to a model.
func withTokenizer(m *Model, baseDir, sum string, card LabelFile) (*Classifier, error) {
	tokenizer, err := tokenize.Open(baseDir)
	if err != nil {
		return nil, err
	}
	for _, remark := range tokenizer.Warnings() {
		m.notice("%s", remark)
	}
	c := &Classifier{Model: m, Tokenizer: tokenizer, MaxLength: m.Config.MaxPositions, BaseDir: baseDir, BaseSHA256: sum, Synthetic: card.Synthetic}
	if card.MaxLength > 0 {
		return c, c.SetMaxLength(card.MaxLength)
	}
	return c, nil
}

// minLength is the shortest input that holds a word: [CLS], the word and [SEP].
const minLength = 3

// SetMaxLength sets how many tokens notes are cut to, [CLS] and [SEP] included. It is capped at the model's positions, with a notice.
func (c *Classifier) SetMaxLength(tokens int) error {
	if tokens < minLength {
		return fmt.Errorf("a length of %d tokens cannot hold [CLS], a word and [SEP]", tokens)
	}
	if tokens > c.Config.MaxPositions {
		c.notice("notes are cut to %d tokens, the base model's positions, not %d", c.Config.MaxPositions, tokens)
	}
	c.MaxLength = min(tokens, c.Config.MaxPositions)
	return nil
}

// Encode tokenizes notes and cuts them to MaxLength. A note that is not UTF-8 and a token id without an embedding are errors.
func (c *Classifier) Encode(texts []string) ([]tokenize.Encoding, error) {
	encodings, err := c.Tokenizer.EncodeAll(texts, c.MaxLength)
	if err != nil {
		return nil, err
	}
	for _, e := range encodings {
		if id := slices.Max(e.IDs); int(id) >= c.Config.VocabSize {
			return nil, fmt.Errorf("a note has a token with the id %d, but the model embeds only %d: the tokenizer in %s belongs to another model", id, c.Config.VocabSize, c.BaseDir)
		}
	}
	return encodings, nil
}

// fileSHA256 returns the hash of a file's content in hexadecimal digits.
func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
