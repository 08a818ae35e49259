"""Writes odd.csv, a small file with all that is odd about such files, and odd.json: what scikit-learn, scipy, numpy and transformers say of it.

    python make_golden.py [MTSAMPLES.csv.gz]

With the path of MTSamples it also writes mtsamples.json, the same about that file. Needs scikit-learn 1.9.1, scipy, numpy and transformers 5.23.0. The
same versions give the same files. Nothing here repeats how the audit computes: ceilings are linear programmes, similarities a product of
gram matrices, metrics scikit-learn's.
"""

import collections
import csv
import gzip
import hashlib
import io
import json
import os
import random
import re
import sys

import numpy as np
import scipy.optimize
import scipy.sparse as sp
import sklearn
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import accuracy_score, f1_score, top_k_accuracy_score
from sklearn.preprocessing import MultiLabelBinarizer
from transformers import AutoTokenizer

assert sklearn.__version__ == "1.9.1"
HERE = os.path.dirname(os.path.abspath(__file__))
TOKENIZER = os.path.join(HERE, "..", "..", "tokenize", "testdata", "golden", "uncased")
DOCUMENTS = {
    "Consult - History and Phy.", "Discharge Summary", "Emergency Room Reports", "General Medicine", "Letters", "Office Notes", "Radiology",
    "SOAP / Chart / Progress Notes", "Surgery",
}


def clean(text):
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


Row = collections.namedtuple("Row", "id text label description keywords")


def read(raw):
    """Rows kept, in source order, and the counts of those dropped."""
    text = raw.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text, newline="")))
    header = [name.strip().lower() for name in table[0]]
    column = {name: header.index(name) for name in ("note_id", "transcription", "medical_specialty", "description", "keywords")}
    counts = collections.Counter()
    kept = {}
    for record in table[1:]:
        get = lambda name: record[column[name]].replace("\r\n", "\n")  # noqa: E731
        row = Row(get("note_id").strip(), get("transcription"), " ".join(get("medical_specialty").split()), get("description"), get("keywords"))
        counts["rows_read"] += 1
        key = clean(row.text)
        if len(key) < 20:
            counts["dropped_short"] += 1
            counts["without_text"] += not row.text.strip()
        elif (key, row.label) in kept:
            counts["dropped_duplicate"] += 1
            kept[key, row.label] = min(kept[key, row.label], row, key=content)
        else:
            kept[key, row.label] = row
    counts["rows_kept"] = len(kept)
    return list(kept.values()), {k: counts[k] for k in ("rows_read", "rows_kept", "dropped_short", "without_text", "dropped_duplicate")}


def content(row):
    return row.text, len(row.id), row.id, row.label, row.description, row.keywords


def length(values):
    q = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
    return {
        "mean": np.mean(values), "sd": np.std(values), "min": np.min(values), "p5": q[0], "p25": q[1], "median": q[2], "p75": q[3], "p95": q[4],
        "max": np.max(values),
    }


def cutoffs(values):
    return [{"tokens": n, "texts": int((values > n).sum()), "share": (values > n).mean()} for n in (128, 256, 512)]


def histogram(values, width):
    while values.max() > 128 * width:
        width *= 2
    edges = np.arange(0, values.max() + width, width)
    bins = np.digitize(values, edges, right=True)  # edges[i-1] < value <= edges[i]
    return {"width": width, "counts": np.bincount(bins, minlength=len(edges))[1:]}


def bound(sets, labels, value):
    """The largest sum over labels of value(correct, predicted, support) when each text gets one label, where a label with t texts has at least
    the rows of its t texts with the fewest, relaxed to convex combinations."""
    groups = collections.Counter(map(tuple, sets))
    sizes = [sorted(len(s) for s in sets if label in s) for label in range(labels)]
    cost, rows = [], []  # rows: (equation, variable, coefficient)
    equal, limit = [], []
    for label in range(labels):
        predicted = np.concatenate([[0], np.cumsum(sizes[label])])
        for t, p in enumerate(predicted):
            rows += [(2 * label, len(cost), 1.0), (2 * label + 1, len(cost), float(t))]
            cost.append(-value(t, p, len(sizes[label])) if t else 0.0)
        equal += [1.0, 0.0]
    upper = []
    for g, (own, count) in enumerate(groups.items()):
        for label in own:
            rows.append((2 * label + 1, len(cost), -1.0))
            upper.append((g, len(cost), 1.0))
            cost.append(0.0)
        limit.append(count)
    matrix = lambda entries, n: sp.coo_matrix(([v for *_, v in entries], ([e for e, *_ in entries], [x for _, x, _ in entries])), (n, len(cost)))  # noqa: E731
    result = scipy.optimize.linprog(cost, A_ub=matrix(upper, len(limit)), b_ub=limit, A_eq=matrix(rows, len(equal)), b_eq=equal, method="highs-ds")
    assert result.status == 0, result.message
    return -result.fun


def ceilings(sets, labels):
    texts, rows = len(sets), sum(map(len, sets))
    truth = np.array([label for s in sets for label in s])
    counts = np.bincount(truth, minlength=labels)
    f1 = lambda t, p, n: 2 * t / (n + p)  # noqa: E731
    out = [{"policy": "any_function_of_the_text", "values": {
        "row_accuracy": np.mean([1 / len(s) for s in sets for _ in s]), "any_valid": 1.0,
        "top3_accuracy": sum(min(3, len(s)) for s in sets) / rows, "macro_f1_union": bound(sets, labels, f1) / (counts > 0).sum(),
        "weighted_f1": bound(sets, labels, lambda t, p, n: n * f1(t, p, n)) / rows,
    }}]
    common = sorted(range(labels), key=lambda label: (-counts[label], label))

    def own_first(own, reverse):
        mine = [label for label in common if label in own]
        return (mine[::-1] if reverse else mine) + [label for label in common if label not in own]

    for policy, rank in (
        ("best_single_label_most_filed", lambda s: own_first(s, False)),
        ("best_single_label_least_filed", lambda s: own_first(s, True)),
        ("majority_of_rows", lambda s: common),
    ):
        ranks = [rank(s) for s in sets]
        scores = np.zeros((texts, labels))
        for i, r in enumerate(ranks):
            scores[i, r] = np.arange(labels, 0, -1)
        repeat = [len(s) for s in sets]
        predicted = np.repeat([r[0] for r in ranks], repeat)
        out.append({"policy": policy, "values": {
            "row_accuracy": accuracy_score(truth, predicted),
            "top3_accuracy": top_k_accuracy_score(truth, np.repeat(scores, repeat, axis=0), k=3, labels=range(labels)),
            "any_valid": np.mean([r[0] in s for r, s in zip(ranks, sets)]),
            "macro_f1_union": f1_score(truth, predicted, average="macro", zero_division=0),
            "weighted_f1": f1_score(truth, predicted, average="weighted", zero_division=0),
        }})
    return out


def hashed(name):
    """Stands in for the seeded splits: 70 % train, 15 % validation, 15 % test, by a hash."""
    place = int(name[:8], 16) % 100
    return 0 if place < 70 else 1 if place < 85 else 2


def protocol(name, parts, sets, labels, pairs):
    """parts: for each row, as (text, label), its part."""
    have = [collections.defaultdict(set) for _ in range(3)]
    for (text, label), part in parts.items():
        have[part][text].add(label)
    train, test = have[0], have[2]
    counts = [collections.Counter(label for s in part.values() for label in s) for part in have]
    rank = sorted(range(labels), key=lambda label: (-counts[0][label], label))
    binary = np.array([[label in train[t] for label in range(labels)] for t in sorted(train)], dtype=int)
    together = binary.T @ binary

    def answers(choose):
        return {text: choose(train[text]) if text in train else rank[0] for text in test}

    def co_filed(seen):
        unseen = [label for label in rank if label not in seen]
        return max(unseen, key=lambda label: sum(together[s, label] for s in seen)) if unseen else rank[0]

    exploiters = []
    for exploiter, choose in (
        ("majority", lambda seen: rank[0]),
        ("memoriser", lambda seen: [label for label in rank if label in seen][0]),
        ("anti_memoriser", lambda seen: ([label for label in rank if label not in seen] or rank)[0]),
        ("co_filer", co_filed),
    ):
        answer = answers(choose)
        truth = [label for text in sorted(test) for label in sorted(test[text])]
        predicted = [answer[text] for text in sorted(test) for _ in test[text]]
        exploiters.append({
            "name": exploiter, "row_accuracy": accuracy_score(truth, predicted), "macro_f1_union": f1_score(truth, predicted, average="macro", zero_division=0),
            "any_valid": np.mean([answer[text] in sets[text] for text in test]),
        })
    near = {a for p in pairs for a, b in (p[:2], p[1::-1]) if a in test and a not in train and b in train}
    out = {
        "name": name, "exploiters": exploiters, "test_texts_in_train": len(set(test) & set(train)), "test_share_in_train": np.mean([t in train for t in test]),
        "test_texts_near_train": len(near), "near_pairs_across": sum(not any(a in h and b in h for h in have) for a, b, _ in pairs),
        "test_ceiling_row_accuracy": len(test) / sum(map(len, test.values())),
    }
    for part, which in enumerate(("train", "validation", "test")):
        out[which + "_rows"], out[which + "_texts"] = counts[part].total(), len(have[part])
        out["absent_in_" + which] = [label for label in range(labels) if not counts[part][label]]
    return out


def audit(raw):
    rows, counts = read(raw)
    by_text = collections.defaultdict(list)
    for row in rows:
        by_text[clean(row.text)].append(row)
    texts = list(by_text)
    names = sorted({row.label for row in rows})
    index = {name: i for i, name in enumerate(names)}
    sets = [sorted(index[row.label] for row in by_text[t]) for t in texts]
    spelled = [min(by_text[t], key=content) for t in texts]
    indicator = MultiLabelBinarizer(classes=range(len(names))).fit_transform(sets)
    sizes = indicator.sum(axis=1)

    characters = np.array([len(row.text) for row in spelled])
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    tokens = np.array([len(ids) for ids in tokenizer([row.text for row in spelled])["input_ids"]])

    grams = CountVectorizer(analyzer="char", ngram_range=(5, 5), binary=True, lowercase=False).fit_transform(texts).astype(np.int64)
    common = (grams @ grams.T).toarray()
    distinct = common.diagonal()
    similarity = common / (distinct[:, None] + distinct[None, :] - common)
    sha = [hashlib.sha256(t.encode()).hexdigest() for t in texts]
    pairs = []
    for i, j in zip(*np.nonzero(np.triu(similarity >= 0.8, 1))):
        pairs.append((*sorted((int(i), int(j)), key=lambda n: sha[n]), similarity[i, j]))
    pairs.sort(key=lambda p: (-p[2], sha[p[0]], sha[p[1]]))
    graph = sp.coo_matrix((np.ones(len(pairs)), ([p[0] for p in pairs], [p[1] for p in pairs])), (len(texts), len(texts)))
    _, group = sp.csgraph.connected_components(graph, directed=False)
    groups = [n for n in np.bincount(group) if n > 1]

    classes = []
    for i, name in enumerate(names):
        own = indicator[:, i] == 1
        classes.append({
            "label": name, "texts": own.sum(), "row_share": own.sum() / len(rows), "shared": (sizes[own] > 1).sum(), "shared_share": (sizes[own] > 1).mean(),
            "document_type": name in DOCUMENTS, "characters": length(characters[own]), "tokens": length(tokens[own]), "truncated": cutoffs(tokens[own]),
        })
    per_class = indicator.sum(axis=0)
    largest, smallest = per_class.argmax(), per_class.argmin()
    document = np.array([names[i] in DOCUMENTS for i in range(len(names))])
    carried = (indicator[:, document].sum(axis=1) > 0) if document.any() else np.zeros(len(texts), bool)

    columns = []
    for column in ("keywords", "description"):
        filled = [(clean(getattr(row, column)).split(" "), clean(row.label).split(" ")) for row in rows if getattr(row, column).strip()]
        starts = [words[: len(label)] == label for words, label in filled]
        contains = [any(words[i : i + len(label)] == label for i in range(len(words))) for words, label in filled]
        columns.append({
            "name": column, "non_empty": len(filled), "filled_share": len(filled) / len(rows), "starts_with_label": sum(starts), "contains_label": sum(contains),
            "starts_with_share": np.mean(starts), "contains_share": np.mean(contains),
        })

    number = {t: i for i, t in enumerate(texts)}
    by_row = {(number[clean(row.text)], index[row.label]): hashed(hashlib.sha256(f"row {row.id}".encode()).hexdigest()) for row in rows}
    by_group = {(text, label): hashed(sha[text]) for text, label in by_row}
    protocols = [protocol(name, parts, sets, len(names), pairs) for name, parts in (("row", by_row), ("group", by_group))]
    for p in protocols:
        for key in ("absent_in_train", "absent_in_validation", "absent_in_test"):
            p[key] = [names[i] for i in p[key]]

    return {
        **counts, "texts": len(texts), "labels": len(names), "labels_per_text": {str(k): n for k, n in sorted(collections.Counter(map(int, sizes)).items())},
        "ceiling_row_accuracy": np.mean([1 / len(s) for s in sets for _ in s]),
        "classes": classes,
        "imbalance": {
            "largest": names[largest], "largest_texts": per_class[largest], "smallest": names[smallest], "smallest_texts": per_class[smallest],
            "ratio": per_class[largest] / per_class[smallest], "under_10": [names[i] for i in range(len(names)) if per_class[i] < 10],
        },
        "co_filing": {"labels": names, "counts": indicator.T @ indicator, "shared": (sizes > 1).sum(), "shared_share": (sizes > 1).mean()},
        "document_types": {
            "labels": [n for n in names if n in DOCUMENTS], "texts": carried.sum(), "share": carried.mean(),
            "only": (indicator[:, ~document].sum(axis=1) == 0).sum(),
        },
        "ceilings": ceilings(sets, len(names)),
        "near_duplicates": {
            "threshold": 0.8, "pairs": len(pairs), "texts": sum(groups), "groups": len(groups), "largest_group": max(groups, default=0), "skipped_comparisons": 0,
            "examples": [{"a": spelled[a].id, "b": spelled[b].id, "jaccard": j} for a, b, j in pairs[:20]],
        },
        "columns": columns,
        "lengths": {
            "characters": length(characters), "characters_histogram": histogram(characters, 128), "tokens": length(tokens),
            "tokens_histogram": histogram(tokens, 32), "truncated": cutoffs(tokens),
        },
        "protocols": protocols,
    }


def odd():
    """The small file: columns in another order, a byte order mark, CRLF, line breaks in quoted fields, labels with stray blanks."""
    rng = random.Random(4)
    words = """patient presents with chest pain and shortness of breath the left knee was prepped draped in usual sterile fashion history is significant for
    hypertension diabetes no known drug allergies blood pressure heart rate regular rhythm without murmur lungs clear to auscultation abdomen soft nontender
    extremities show edema ct scan of head without contrast impression acute chronic follow up two weeks continue aspirin daily incision closed sutures
    tolerated procedure well transferred recovery room stable condition naïve façade 38.5 °C μg İstanbul""".split()
    labels = ["Surgery", "Cardiovascular / Pulmonary", "Orthopedic", "Consult - History and Phy.", "Radiology", "Urology", "Letters", "Sleep Medicine"]
    weights = [10, 5, 5, 6, 4, 3, 1, 1]
    blank = ["{}", " {}", "{}  ", "\t{} ", "{}\r\n"]
    texts = []
    for i in range(66):
        if i % 9 == 8:  # a near duplicate of an earlier text
            old = rng.choice(texts).split(" ")
            old[rng.randrange(len(old))] = rng.choice(words)
            texts.append(" ".join(old))
            continue
        sentence = [rng.choice(words) for _ in range(rng.choice([6, 25, 60, 150, 300]))]
        for at in range(9, len(sentence), 10):
            sentence[at] += rng.choice([".", ",", ".\r\n", "\r\n\r\nPLAN:", ' "as needed"', ""])
        texts.append(" ".join(sentence))
    rows = []
    for text in texts:
        own = set(rng.choices(labels, weights, k=rng.choice([1, 2, 2, 2, 3, 4])))
        for label in sorted(own):
            spelled = text.upper() if rng.random() < 0.1 else text
            terms = [label.lower(), *rng.sample(words, 3)]
            if rng.random() < 0.2:
                rng.shuffle(terms)
            keywords = "" if rng.random() < 0.25 else ", ".join(terms)
            description = rng.choice(["", " ", f"A note on {label.lower()}.", f"{label}: follow-up", "A 40-year-old.", "Neurourology clinic."])
            rows.append([keywords, rng.choice(blank).format(label.replace(" / ", " /  ")), spelled, description])
    for row in rng.sample(rows, 7):  # the same text under the same label, other keywords
        rows.append([row[0] + ", again", row[1].strip(), row[2] + "  !", row[3]])
    rows += [["", "Surgery", "", ""], ["", "Surgery", " \r\n ", "blank"], ["", "Urology", "See chart.", ""], ["", "Urology", "°°° ... See   the chart", "short"]]
    rng.shuffle(rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["keywords", " Medical_Specialty ", "sample_name", "Transcription", "NOTE_ID", "description"])
    for i, (keywords, label, text, description) in enumerate(rows):
        writer.writerow([keywords, label, f"Sample {i}", text, f" {3 * i + 1} ", description])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


def dump(name, result):
    with open(os.path.join(HERE, name), "w") as f:
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in plain(result).items()]
        f.write("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    raw = odd()
    with open(os.path.join(HERE, "odd.csv"), "wb") as f:
        f.write(raw)
    dump("odd.json", audit(raw))
    if len(sys.argv) > 1:
        with gzip.open(sys.argv[1]) as f:
            dump("mtsamples.json", audit(f.read()))


main()
