"""Writes golden.json: what scikit-learn makes of a small corpus of made-up notes.

    python make_golden.py > golden.json

Needs numpy and scikit-learn 1.9.1. The same versions give the same file.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

warnings.filterwarnings("error", category=UserWarning)
rng = np.random.default_rng(7)

SHARED = "the patient was seen in a room with no acute distress and x ray T2 b12 pain noted left right exam plan".split()
OWN = [
    "heart cardiac murmur ECG aortic Café".split(),
    "knee fracture femur arthroscopy cast Ångström".split(),
    "skin rash eczema papule lesion naïve".split(),
    "incision suture anesthesia drain clamp retractor".split(),
    "seizure reflex gait tremor ΣΟΦΟΣ İnci".split(),
]
LABELS = ["Cardiology", "Dermatology", "Letters", "Neurology", "Orthopedic", "Surgery"]  # Letters stays without rows
TOPIC = {0: 0, 1: 2, 3: 4, 4: 1, 5: 3}
LEARNED = [0, 1, 3, 4, 5]
SETS = [[5, 4], [5, 0], [5], [3], [0], [1], [4], [3, 5], [0, 1, 5]]
SHARES = np.array([8, 6, 5, 4, 4, 2, 2, 2, 1]) / 34


def note(labels):
    topics = [w for label in labels for w in OWN[TOPIC[label]]]
    size = rng.integers(6, 26)
    words = [rng.choice(topics) if rng.random() < 0.25 else rng.choice(SHARED) for _ in range(size)]
    marks = rng.choice([" ", " ", " ", ", ", ". ", "-", "\n", "_", "; "], size)
    return "".join(w + m for w, m in zip(words, marks)).strip()


def examples(n):
    out = []
    for _ in range(n):
        labels = SETS[rng.choice(len(SETS), p=SHARES)]
        out.append({"text": note(labels), "labels": sorted(labels)})
    return out


train, test = examples(70), examples(12)
train.append({"text": train[0]["text"], "labels": [4]})  # a text again, under a label it may have already
train.append({"text": ". , -", "labels": [1]})  # no word at all
test.append({"text": "unknown words only", "labels": [0]})
test.append({"text": "", "labels": [0]})


def rows(part, keep=None):
    pairs = [(e["text"], label) for e in part for label in e["labels"] if keep is None or label in keep]
    return [t for t, _ in pairs], np.array([label for _, label in pairs])


def rounded(values):
    return [float(f"{v:.12g}") for v in np.asarray(values).ravel()]


def spaces():
    texts, _ = rows(train)
    for least, most, df, sublinear in [(1, 2, 2, True), (1, 1, 1, False), (2, 3, 3, True)]:
        v = TfidfVectorizer(ngram_range=(least, most), min_df=df, sublinear_tf=sublinear).fit(texts)
        held = v.transform([e["text"] for e in test]).tocsr()
        held.sort_indices()
        yield {
            "features": {"least_words": least, "most_words": most, "min_df": df, "sublinear_tf": sublinear},
            "terms": v.get_feature_names_out().tolist(),
            "idf": rounded(v.idf_),
            "rows": [
                {"at": held[i].indices.tolist(), "values": rounded(held[i].data)} for i in range(held.shape[0])
            ],
        }


def models():
    for keep in (LEARNED, [4, 5]):
        texts, labels = rows(train, keep)
        v = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        x = v.fit_transform(texts)
        held = v.transform([e["text"] for e in test])
        for kind in ("linear_svm", "logistic_regression"):
            for c, balanced in [(0.1, False), (1, False), (1, True), (30, False), (10, True)]:
                weight = "balanced" if balanced else None
                if kind == "linear_svm":
                    m = LinearSVC(C=c, class_weight=weight, dual=True, tol=1e-10, max_iter=10_000_000)
                else:
                    m = LogisticRegression(C=c, class_weight=weight, tol=1e-12, solver="newton-cg", max_iter=10_000)
                m.fit(x, labels)
                coefficients, intercepts = m.coef_, m.intercept_
                decisions = m.decision_function(held)
                case = {
                    "kind": kind, "c": c, "balanced": balanced, "classes": m.classes_.tolist(),
                    "coefficients": rounded(coefficients[0]), # of the first class, or of the second of two
                    "decisions": rounded(decisions), # [texts, classes], or [texts] of two
                }
                if kind == "logistic_regression":
                    case["log_probabilities"] = rounded(m.predict_log_proba(held))
                yield case


def dense():
    """Logistic regression on vectors as an encoder gives them: dense, and with a mean far from 0."""
    x = np.round(rng.normal(size=(60, 8)) * 0.5 + 0.7, 3)
    y = (x[:, 0] + 0.4 * rng.normal(size=60) > 0.9).astype(int) + (x[:, 1] > 0.9)
    held = np.round(rng.normal(size=(5, 8)) * 0.5 + 0.7, 3)
    m = LogisticRegression(C=10, tol=1e-12, solver="newton-cg", max_iter=10_000).fit(x, y)
    return {
        "vectors": x.tolist(), "classes": y.tolist(), "held": held.tolist(),
        "log_probabilities": rounded(m.predict_log_proba(held)),
    }


json.dump(
    {
        "made_with": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "labels": LABELS, "train": train, "test": test,
        "spaces": list(spaces()), "models": list(models()), "dense": dense(),
    },
    sys.stdout, ensure_ascii=False, separators=(",", ":"),
)
print()
