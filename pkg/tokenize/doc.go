// Package tokenize turns notes into token ids and fixed-shape batches for BERT-family encoders.
//
// In flow a folder with a WordPiece tokenizer (tokenizer.json or vocab.txt, with tokenizer_config.json and config.json
// if there are any) and the texts of notes. Out flow an [Encoding] for each note, which holds its ids with [CLS] and
// [SEP] and says whether the note was truncated, and [Batch]es of a few fixed shapes, so that XLA compiles few graphs.
//
// # The same ids as transformers
//
// For any valid UTF-8 text the ids are those of transformers' AutoTokenizer on the same folder with truncation=True
// and max_length. That includes the precedence of the files: a BertTokenizer or DistilBertTokenizer takes
// do_lower_case, strip_accents and tokenize_chinese_chars from tokenizer_config.json, with its own defaults, and
// ignores the normalizer in tokenizer.json; a PreTrainedTokenizerFast takes the one in tokenizer.json. Where the two
// files disagree, [Tokenizer.Warnings] says so. The truncation and padding sections of tokenizer.json are not used: the
// caller gives the length.
//
// # Two engines
//
// "rust" is Hugging Face's tokenizers library through github.com/daulet/tokenizers; it needs libtokenizers.a and the
// build tag rusttokenizer. "go" is the WordPiece model of github.com/gomlx/go-huggingface behind this package's own
// normalisation, and is in every build. Both give the same ids; [Tokenizer.Engine] says which one runs.
//
// # Whole notes
//
// [Tokenizer.EncodeSpans] encodes a note without truncation, with the offsets of each token in the note, in bytes.
// [Tokenizer.Windows] splits a note that is longer than a model's maximum length into overlapping [Window]s. Offsets and
// windows are those of the tokenizers library.
package tokenize
