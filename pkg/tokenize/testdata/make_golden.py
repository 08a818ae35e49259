"""Writes golden/: small tokenizer folders, and the ids that transformers gives for nasty texts in each.

    python testdata/make_golden.py        (transformers 5.23.0, tokenizers 0.23.3, Python 3.11)

golden/texts.json          the texts
golden/NAME/               a tokenizer's folder, as a user might have it
golden/NAME.json           {"512": ids of each text, "8": ..., "pad": id, "size": len(tokenizer)}, both with truncation=True
golden/spans.json          {NAME: for each text start, end, start, end, ... of its uncut tokens, in bytes of UTF-8}
golden/windows.json        a list of {"name", "text", "length", "overlap", "windows": ids of each}

The vocabulary is made up here: clinical words and pieces, ASCII, and characters from scripts that normalisation
treats in different ways, so that a wrong step shows as a wrong id and does not vanish in [UNK].
"""
import json
import os
import random
import shutil

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import tokenizers
import transformers
from transformers import AutoTokenizer

assert tokenizers.__version__ == "0.23.3" and transformers.__version__ == "5.23.0"
HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

WORDS = """the a of and with was is to in no patient history pain chest heart left right knee blood pressure normal
noted pre post operative diagnosis procedure acute chronic year old male female ct mri ekg mg daily twice er surgery
Patient History The Dr resume cafe naive fiancee uber strasse istanbul""".split()
PIECES = """##s ##ed ##ing ##ly ##ion ##al ##ic ##itis ##ectomy ##osis ##gram ##card ##ia ##er ##est card hyper hypo
##tension ##glycemia gastro ##enter ##ology ortho ##pedic neuro ##logical""".split()
ODD = (
    "éèüñçøßæıİſµº½²™ΑΣσςωάЖжйאבعم中文国豈𠀀あカ한국ᄒ가🙂👨°–—‘’“”…•→≥"
    "\u0301\u0308\u0327\u200b\u200d\u00ad\ufeff\ufffd\u0085\u302e\U0001d165\U0001d16d\u08d4\ua7ce\ua7cf\U00016ea0\U00016ebb"
)


def vocabulary():
    ascii_ = [chr(c) for c in range(33, 127)]
    letters = [c for c in ascii_ if c.isalnum()]
    extra = list(ODD) + ["##" + c for c in ODD] + ["##h", "e\u0301", "##i\u0307"]
    pieces = SPECIALS + ascii_ + ["##" + c for c in letters] + WORDS + PIECES + extra
    return {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}


VOCAB = vocabulary()


def added(content, **flags):
    token = dict(id=VOCAB.get(content, -1), content=content, single_word=False, lstrip=False, rstrip=False)
    return {**token, "normalized": False, "special": False, **flags}


def tokenizer_json(clean=True, cjk=True, strip=None, lower=True, max_chars=100, more=(), **sections):
    tokens = [added(t, special=True) for t in SPECIALS]
    for token in more:
        if token["id"] < 0:
            token["id"] = len(VOCAB) + sum(t["id"] >= len(VOCAB) for t in tokens)
        tokens.append(token)
    part = lambda t: {"SpecialToken": {"id": t, "type_id": 0}}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens,
        "normalizer": {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": cjk,
                       "strip_accents": strip, "lowercase": lower},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [part("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, part("[SEP]")],
            "pair": [part("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, part("[SEP]"),
                     {"Sequence": {"id": "B", "type_id": 1}}, part("[SEP]")],
            "special_tokens": {t: {"id": t, "ids": [VOCAB[t]], "tokens": [t]} for t in ("[CLS]", "[SEP]")},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": max_chars, "vocab": VOCAB},
        **sections,
    }


def vocab_txt(ending="\n"):
    """Blank pieces cannot stand in a vocab.txt: their lines are read as empty."""
    return ending.join(piece if piece.strip() else "[blank%d]" % i for piece, i in VOCAB.items()) + ending


BERT, DISTIL = {"model_type": "bert"}, {"model_type": "distilbert"}
FAST = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]", "unk_token": "[UNK]",
        "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
FLAGS = lambda: [
    added("<note>", lstrip=True, special=True), added("<end>", rstrip=True), added("Patient", single_word=True),
    added("Notiz", normalized=True, lstrip=True, rstrip=True), added("Résumé", normalized=True), added("x-ray", normalized=True, single_word=True), added("<no"),
]

CASES = {
    # a folder as transformers saves it; with the truncation and fixed padding that MiniLM's file carries
    "uncased": {
        "tokenizer.json": tokenizer_json(
            truncation={"direction": "Right", "max_length": 6, "strategy": "LongestFirst", "stride": 0},
            padding={"strategy": {"Fixed": 6}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
                     "pad_type_id": 0, "pad_token": "[PAD]"}),
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "do_lower_case": True}, "config.json": BERT},
    "cased": {
        "tokenizer.json": tokenizer_json(lower=False), "config.json": DISTIL,
        "tokenizer_config.json": {"tokenizer_class": "DistilBertTokenizerFast", "do_lower_case": False}},
    # tokenizer.json and the class disagree: the class wins
    "conflict": {"tokenizer.json": tokenizer_json(lower=False, clean=False, max_chars=5), "config.json": DISTIL},
    # the file's own settings, none of them the usual
    "plain": {"tokenizer.json": tokenizer_json(False, False, False, True, 12), "tokenizer_config.json": FAST,
              "config.json": BERT},
    "added": {"tokenizer.json": tokenizer_json(more=FLAGS()), "tokenizer_config.json": FAST, "config.json": DISTIL},
    "left": {"tokenizer.json": tokenizer_json(strip=True, lower=False),
             "tokenizer_config.json": {**FAST, "truncation_side": "left"}, "config.json": BERT},
    "vocab": {"vocab.txt": vocab_txt("\r\n"), "config.json": BERT},
    "vocab_cased": {
        "vocab.txt": vocab_txt(), "config.json": DISTIL,
        "tokenizer_config.json": {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False},
        "special_tokens_map.json": {
            "additional_special_tokens": ["Patient", "<note>"],
            "mask_token": {"content": "history", "lstrip": True, "rstrip": False, "single_word": False,
                           "normalized": False}},
        "added_tokens.json": {"<end>": len(VOCAB)}},
    # added_tokens_decoder puts special_tokens_map.json and added_tokens.json out of force
    "decoder": {
        "vocab.txt": vocab_txt(), "config.json": BERT,
        "tokenizer_config.json": {
            "tokenizer_class": "BertTokenizer", "extra_special_tokens": ["x-ray", "<note>"],
            "added_tokens_decoder": {str(len(VOCAB)): {"content": "<end>", "single_word": False, "lstrip": False,
                                                       "rstrip": False, "normalized": False, "special": False}}},
        "special_tokens_map.json": {"additional_special_tokens": ["Patient"], "mask_token": "history"},
        "added_tokens.json": {"Patient": len(VOCAB)}},
}

TEXTS = [
    "", " ", "\n\t ", "\0", "\u200b", "\ufeff", "[SEP]", "##ing", "No", "\u0301", "."*20,
    "The patient is a 54-year-old male with chest pain; BP 120/80.", "PREOPERATIVE DIAGNOSIS:,Acute gastroenterology",
    "Résumé café naïve FIANCÉE ÜBER straße İstanbul ISTANBUL ıſ", "re\u0301sume\u0301 u\u0308ber", "ΑΣ σς ΣΑΣ ΆΩ",
    "blood[SEP]pressure", "[CLS] heart [MASK][PAD] [UNK]x", "[sep] [Mask] [ SEP ] [SE\0P] [SE\u200bP]", "[MASK ]",
    "a\u200bb a\u00adb a\u200db a\ufeffb a\u0085b a\u2028b a\u2029b", "a\0b\x01c\x7fd\x0be\x0cf\x1cg", "a\ufffdb \ufffd",
    "中文国 ab中c豈𠀀 あカ 한국 가\u11a8", "🙂👨\u200d👩\u200d👧 👨🙂 é🙂", "1½ 2² 37°C ≥5µg º™", "‘a’ “b” – — … • → it's",
    "x"*100, "x"*101, "é"*99 + " " + "é"*100 + " " + "é"*101, "е\u0301"*60, "中"*120, "a-"*60, "s"*2000,
    "\u1680no\u3000pain\u00a0noted\u202ftwice\u180eleft", "no\r\npain\rnoted\ttwice", "e\u0301\u0327\u0308 a\u0327\u0301 c\u0327",
    "a\u302e\U0001d16d\U0001d165\u08d4 a\U0001d16d\u0334\U0001d165 a\u08d4\u302e a\u0301\u302e\u0300\U0001d165", "\ua7ce \U00016ea0 a\ua7ce",
    "a" + "\u0301"*40 + "b \u0301\u0308", "cardiology hyperglycemia hypotensiones pericarditis appendectomy", "##card ## # [ ] $+<=>^`|~",
    "Patient patient xPatient Patientx Patient-x [Patient] Patient.", "a <note> b  <note><end>  c <no> <note", "resume RESUME résumé Résumés", "prehistory history historys",
    "X-Ray x-rays anx-ray x-ray", "أب עם אב жЖй й", "dž Dž ǅ ǆ ﬁ ﬀ ŉ ẞ ﬃ", "e\u0301", "E\u0301 É é", "\ue000\U000f0000a \U0010ffff", "\u2000\u200a\u200f\u202e",
    "é\u0327\U0001d16d\U0001d165 x", "\u0301 a\u0327\u0344\u302e\u0f73\u302e b", "a\u200b  NOTIZ \u200b b 中notiz国 Notiz", "İİ Éİ\u0301é",
]

LONG = "The patient, a 54-year-old [MASK] male, noted chest pain twice; résumé\u0301 中文 hyperglycemia "
WINDOWS = [(name, text, length, overlap)
           for name in ("uncased", "left")
           for text in ("", "heart", "heart pain no x", LONG, LONG * 5)
           for length, overlap in ((3, 0), (4, 1), (6, 0), (6, 2), (8, 5), (16, 4), (128, 32))]


def nasty(rng):
    def token():
        kind = rng.random()
        if kind < 0.35:
            return rng.choice(WORDS + PIECES)
        if kind < 0.5:
            return rng.choice(SPECIALS + ["<note>", "<end>", "Patient", "Résumé", "x-ray", "<no"])
        return "".join(rng.choice(ODD + "abcXYZ09 .,-/[]#\0\t\n\u00a0\u2028") for _ in range(rng.randint(1, 7)))

    return "".join(token() + rng.choice(["", "", " ", "  ", "\n"]) for _ in range(rng.randint(1, 8)))


def dump(value, path):
    with open(path, "w", encoding="ascii") as f:
        json.dump(value, f, separators=(",", ":"))
        f.write("\n")


def byte_offsets(text, offsets):
    return [len(text[:place].encode()) for offset in offsets for place in offset]


def main():
    rng = random.Random(3)
    texts = TEXTS + [nasty(rng) for _ in range(60)]
    shutil.rmtree(GOLDEN, ignore_errors=True)
    os.makedirs(GOLDEN)
    dump(texts, os.path.join(GOLDEN, "texts.json"))
    spans, opened = {}, {}
    for name, files in CASES.items():
        folder = os.path.join(GOLDEN, name)
        os.makedirs(folder)
        for file, value in files.items():
            if isinstance(value, str):
                with open(os.path.join(folder, file), "w", encoding="utf-8", newline="") as f:
                    f.write(value)
            else:
                dump(value, os.path.join(folder, file))
        tokenizer = AutoTokenizer.from_pretrained(folder)
        result = {str(n): [tokenizer(t, truncation=True, max_length=n)["input_ids"] for t in texts] for n in (512, 8)}
        result.update(pad=tokenizer.pad_token_id, size=len(tokenizer))
        dump(result, os.path.join(GOLDEN, name + ".json"))
        spans[name] = [byte_offsets(text, tokenizer(text, return_offsets_mapping=True)["offset_mapping"]) for text in texts]
        opened[name] = tokenizer
    dump(spans, os.path.join(GOLDEN, "spans.json"))
    windows = []
    for name, text, length, overlap in WINDOWS:
        ids = opened[name](text, truncation=True, max_length=length, stride=overlap, return_overflowing_tokens=True)
        windows.append(dict(name=name, text=text, length=length, overlap=overlap, windows=ids["input_ids"]))
    dump(windows, os.path.join(GOLDEN, "windows.json"))


main()
