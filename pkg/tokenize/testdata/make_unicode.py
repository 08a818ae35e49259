"""Writes ../unicode.txt, the character classes of BERT's text normalisation, and unicode_golden.json.

    python testdata/make_unicode.py            (tokenizers 0.23.3, Python 3.11)

The tokenizers library takes its classes from tables of several Unicode versions (punctuation and marks from
version 8, decompositions from 9, letter case from 17), so the tables of a Go release would not do. Each code point
is put through the library's own normaliser and pre-tokeniser, and what comes out is written down.

unicode.txt: lines "class first-last first-last ...", hexadecimal; the class "lower" holds "from:to.to" pairs.
    other       dropped by clean_text (control, format, private use)
    punct       a word of its own for BertPreTokenizer
    mark        dropped by strip_accents
    decomposes  changed by canonical decomposition (NFD)
    reorder     kept by strip_accents although its combining class is not 0, so its order can change in NFD
    word        a word character where an added token asks for single_word
    lower       lower case, where it is longer than one character or younger than Unicode 14

unicode_golden.json: for four settings, a hash for each block of 4,096 code points over the words that
"a" + c + "b" falls into (see words() below), so that a test can hold the Go code to the library for all of Unicode.
"""
import hashlib
import json
import os

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

assert tokenizers.__version__ == "0.23.3", tokenizers.__version__
HERE = os.path.dirname(os.path.abspath(__file__))
POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def bert(clean=False, cjk=False, strip=False, lower=False):
    return normalizers.BertNormalizer(
        clean_text=clean, handle_chinese_chars=cjk, strip_accents=strip, lowercase=lower
    )


def ranges(points):
    spans = []
    for c in points:
        if spans and spans[-1][1] == c - 1:
            spans[-1][1] = c
        else:
            spans.append([c, c])
    return [f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in spans]


def tables():
    clean, strip, lower = bert(clean=True), bert(strip=True), bert(lower=True)
    nfd, split = normalizers.NFD(), pre_tokenizers.BertPreTokenizer()
    probe = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    probe.add_tokens([AddedToken("a", single_word=True, normalized=False)])
    table = {k: [] for k in ("other", "punct", "mark", "decomposes", "reorder", "word", "lower")}
    for c in POINTS:
        s = chr(c)
        if clean.normalize_str(s) == "":
            table["other"].append(c)
        if len(split.pre_tokenize_str("a" + s + "b")) == 3:
            table["punct"].append(c)
        if nfd.normalize_str(s) != s:
            table["decomposes"].append(c)
        elif strip.normalize_str(s) == "":
            table["mark"].append(c)
        elif nfd.normalize_str(s + "\u0334") != s + "\u0334" or nfd.normalize_str("\u0345" + s) != "\u0345" + s:
            table["reorder"].append(c)  # U+0334 has the lowest combining class (1), U+0345 the highest (240)
        if len(probe.encode("a" + s).ids) == 1:
            table["word"].append(c)
        low = lower.normalize_str(s)
        if low != s.lower() or len(low) > 1:
            table["lower"].append(f"{c:x}:" + ".".join(f"{ord(x):x}" for x in low))
    return {k: v if k == "lower" else ranges(v) for k, v in table.items()}


def words(text, normalizer):
    split = pre_tokenizers.BertPreTokenizer()
    return [w for w, _ in split.pre_tokenize_str(normalizer.normalize_str(text))]


def golden():
    settings = {
        "uncased": dict(clean=True, cjk=True, strip=True, lower=True),
        "cased": dict(clean=True, cjk=True, strip=False, lower=False),
        "lower": dict(clean=False, cjk=False, strip=False, lower=True),
        "strip": dict(clean=False, cjk=True, strip=True, lower=False),
    }
    result = {}
    for name, flags in settings.items():
        normalizer, hashes = bert(**flags), []
        for block in range(0, 0x110000, 0x1000):
            h = hashlib.sha256()
            for c in range(block, block + 0x1000):
                if not 0xD800 <= c < 0xE000:
                    h.update("\x00".join(words("a" + chr(c) + "b", normalizer)).encode() + b"\x01")
            hashes.append(h.hexdigest()[:12])
        result[name] = {**flags, "blocks": hashes}
    return result


with open(os.path.join(HERE, "..", "unicode.txt"), "w", encoding="ascii") as f:
    f.write("# Character classes of BERT's normalisation, written by testdata/make_unicode.py (tokenizers 0.23.3).\n")
    for name, items in tables().items():
        for i in range(0, len(items), 12):
            f.write(name + " " + " ".join(items[i : i + 12]) + "\n")
with open(os.path.join(HERE, "unicode_golden.json"), "w", encoding="ascii") as f:
    json.dump(golden(), f, indent=1)
    f.write("\n")
