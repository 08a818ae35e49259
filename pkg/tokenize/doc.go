// Package tokenize turns notes into token ids and fixed-shape batches for BERT-family encoders.
//
// In goes a folder with a WordPiece tokenizer (tokenizer.json, or vocab.txt, with tokenizer_config.json and
// config.json beside it where there are any) and the text of notes. Out come an [Encoding] for each note, which holds
// its ids with [CLS] and [SEP] and says whether the note was cut, and [Batch]es of a few fixed shapes, so that XLA
// compiles a handful of graphs and no more.
//
// # The same ids as transformers
//
// For any valid UTF-8 text the ids are those of transformers' AutoTokenizer on the same folder with truncation=True
// and max_length. That includes its choice between the files: a BertTokenizer or DistilBertTokenizer takes
// do_lower_case, strip_accents and tokenize_chinese_chars from tokenizer_config.json, with its own defaults, and
// ignores the normalizer in tokenizer.json; a PreTrainedTokenizerFast takes the one in tokenizer.json. Where the two
// files disagree, [Tokenizer.Remarks] says so. The truncation and padding sections of tokenizer.json are not used: the
// caller gives the length.
//
// # Two engines
//
// "rust" is Hugging Face's tokenizers library through github.com/daulet/tokenizers; it needs libtokenizers.a and the
// build tag rusttokenizer. "go" is the WordPiece model of github.com/gomlx/go-huggingface behind this package's own
// normalisation, and is always there. Both give the same ids; [Tokenizer.Engine] says which one runs.
//
// # Whole notes
//
// [Tokenizer.EncodeSpans] leaves a note uncut and gives each token its place in the note, in bytes.
// [Tokenizer.Windows] cuts a note longer than a model's length into overlapping [Window]s, so that nothing of it is lost.
// Offsets and windows are those of the tokenizers library.
package tokenize
