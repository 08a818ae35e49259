"""Writes golden.json: what scikit-learn, scipy and numpy say of small sets of predictions.

    python make_golden.py > golden.json

Needs numpy, scipy and scikit-learn 1.9.1. The same versions give the same file.
"""

import json
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq
from scipy.stats import binomtest, false_discovery_control
from sklearn import metrics as sk

warnings.filterwarnings("ignore")  # zero divisions and k >= labels are part of the cases
BINS = 15


def rows(gold, values):
    """One entry a (note, gold label) pair."""
    return [np.repeat(v, [len(g) for g in gold], axis=0) for v in values]


def top(scores, k):
    """The k best labels a note; of equal scores the lower index first."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def ece(confidence, right):
    edges = np.linspace(0, 1, BINS + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if low == 0:
            inside |= confidence == 0
        if inside.any():
            total += inside.sum() * abs(confidence[inside].mean() - right[inside].mean())
    return total / len(confidence)


def aurc(confidence, valid):
    order = np.argsort(-confidence, kind="stable")
    wrong = 1.0 - valid[order]
    confidence = confidence[order]
    for value in np.unique(confidence):  # tied notes share their mean, which is their expectation over all orders
        tied = confidence == value
        wrong[tied] = wrong[tied].mean()
    return np.mean(np.cumsum(wrong) / np.arange(1, len(wrong) + 1))


def measure(gold, scores, check=True):
    n, labels = scores.shape
    truth = np.array([label for g in gold for label in g])
    predicted = scores.argmax(axis=1)
    row_predicted, row_scores, row_confidence = rows(gold, [predicted, scores, scores.max(axis=1)])
    indicator = np.zeros((n, labels), dtype=int)
    for i, g in enumerate(gold):
        indicator[i, g] = 1
    sizes = indicator.sum(axis=1)
    valid = indicator[np.arange(n), predicted].astype(float)
    everything = list(range(labels))
    hits = {k: np.array([len(set(t) & set(g)) for t, g in zip(top(scores, k), gold)]) for k in (1, 2, 3, 5)}
    right = (row_predicted == truth).astype(float)
    out = {
        "row_accuracy": sk.accuracy_score(truth, row_predicted),
        "macro_f1_union": sk.f1_score(truth, row_predicted, average="macro", zero_division=0),
        "macro_f1_present": sk.f1_score(truth, row_predicted, average="macro", labels=np.unique(truth), zero_division=0),
        "macro_f1_all": sk.f1_score(truth, row_predicted, average="macro", labels=everything, zero_division=0),
        "weighted_f1": sk.f1_score(truth, row_predicted, average="weighted", zero_division=0),
        "weighted_precision": sk.precision_score(truth, row_predicted, average="weighted", zero_division=0),
        "weighted_recall": sk.recall_score(truth, row_predicted, average="weighted", zero_division=0),
        "balanced_accuracy": sk.balanced_accuracy_score(truth, row_predicted),
        "top3_accuracy": hits[3].sum() / len(truth),
        "top5_accuracy": hits[5].sum() / len(truth),
        "any_valid": valid.mean(),
        "document_accuracy": np.mean(valid / sizes),
        "recall_at_1": np.mean(hits[1] / sizes),
        "recall_at_3": np.mean(hits[3] / sizes),
        "recall_at_5": np.mean(hits[5] / sizes),
        "label_ranking_average_precision": sk.label_ranking_average_precision_score(indicator, scores),
        "ece": ece(row_confidence, right),
        "ece_valid": ece(scores.max(axis=1), valid),
        "brier": np.mean(((row_scores - np.eye(labels)[truth]) ** 2).sum(axis=1)),
        "aurc": aurc(scores.max(axis=1), valid),
    }
    if check and labels > 2:
        # scikit-learn wants sums of 1 to float64 precision, so this holds as far as float32 scores do.
        exact = row_scores / row_scores.sum(axis=1, keepdims=True)
        ours = np.mean(((exact - np.eye(labels)[truth]) ** 2).sum(axis=1))
        theirs = sk.brier_score_loss(truth, exact, labels=everything, scale_by_half=False)
        assert abs(ours - theirs) < 1e-12, (ours, theirs)
        if all(len(np.unique(s)) == labels for s in scores):  # scikit-learn breaks ties the other way
            for k in (1, 2, 3, 5):
                theirs = sk.top_k_accuracy_score(truth, row_scores, k=k, labels=everything)
                assert abs(hits[k].sum() / len(truth) - theirs) < 1e-12
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        truth, row_predicted, labels=everything, zero_division=0
    )
    classes = {
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.astype(int).tolist(),
        "confusion": sk.confusion_matrix(truth, row_predicted, labels=everything).tolist(),
        "top2_accuracy": hits[2].sum() / len(truth),
        "recall_at_2": np.mean(hits[2] / sizes),
    }
    return out, classes


def case(name, gold, scores, logits=None):
    single = scores.astype(np.float32)  # what the Go side holds
    scores = single.astype(np.float64)
    out, classes = measure(gold, scores)
    entry = {"name": name, "gold": gold, "metrics": {k: float(v) for k, v in out.items()}, "classes": classes}
    entry["scores"] = [[float(str(v)) for v in row] for row in single]  # the shortest digits that give the float32 back
    if logits is not None:
        entry["logits"] = logits.tolist()
        entry["temperature"] = temperature(gold, logits)
    return entry


def softmax(logits, b=1.0):
    z = logits * b
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def temperature(gold, logits):
    truth = np.array([label for g in gold for label in g])
    (z,) = rows(gold, [logits])
    chosen = z[np.arange(len(truth)), truth]

    def slope(b):
        return np.mean((softmax(z, b) * z).sum(axis=1) - chosen)

    def nll(b):
        return sk.log_loss(truth, softmax(z, b), labels=list(range(z.shape[1])))

    b = brentq(slope, 0.05, 20, xtol=1e-14, rtol=1e-14)
    return {"value": 1 / b, "nll_before": nll(1.0), "nll_after": nll(b)}


def certain(predicted, labels):
    """Distinct scores whose best label is the predicted one."""
    scores = np.tile(np.arange(labels, 0, -1) / 100.0, (len(predicted), 1))
    for i, p in enumerate(predicted):
        scores[i, p] = 0
        scores[i, p] = 1 - scores[i].sum()
    return scores


def random_gold(random, notes, present, prior, most=4):
    gold = []
    for _ in range(notes):
        size = random.choice(np.arange(1, most + 1), p=np.array([0.2, 0.5, 0.2, 0.1])[:most])
        gold.append(sorted(int(g) for g in random.choice(present, size=size, replace=False, p=prior)))
    return gold


def bootstrap(gold, scores, resamples, repeats, random):
    """The ends of repeated percentile intervals: their mean and how far one bootstrap lies from another."""
    ends = []
    for _ in range(repeats):
        values = []
        for _ in range(resamples):
            drawn = random.integers(0, len(gold), len(gold))
            values.append(list(quick(gold, scores, drawn).values()))
        ends.append(np.quantile(values, [0.025, 0.975], axis=0))
    ends = np.array(ends)
    out = {}
    for i, name in enumerate(quick(gold, scores, np.arange(len(gold)))):
        out[name] = {
            "low": ends[:, 0, i].mean(), "low_sd": ends[:, 0, i].std(ddof=1),
            "high": ends[:, 1, i].mean(), "high_sd": ends[:, 1, i].std(ddof=1),
        }
    return out


def quick(gold, scores, drawn):
    """Some of measure's numbers for drawn notes, fast enough to bootstrap."""
    gold, scores = [gold[i] for i in drawn], scores[drawn]
    labels = scores.shape[1]
    predicted = scores.argmax(axis=1)
    truth = np.concatenate(gold)
    row_predicted, row_confidence = rows(gold, [predicted, scores.max(axis=1)])
    matrix = np.bincount(truth * labels + row_predicted, minlength=labels * labels).reshape(labels, labels)
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    support = matrix.sum(axis=1)
    valid = np.array([float(p in g) for p, g in zip(predicted, gold)])
    third = top(scores, 3)
    return {
        "row_accuracy": np.trace(matrix) / len(truth),
        "macro_f1_union": np.mean(2 * np.diag(matrix)[both > 0] / both[both > 0]),
        "balanced_accuracy": np.mean(np.diag(matrix)[support > 0] / support[support > 0]),
        "any_valid": valid.mean(),
        "recall_at_3": np.mean([len(set(t) & set(g)) / len(g) for t, g in zip(third, gold)]),
        "ece": ece(row_confidence, (row_predicted == truth).astype(float)),
        "aurc": aurc(scores.max(axis=1), valid),
    }


def wilson(k, n, level):
    interval = binomtest(k, n).proportion_ci(confidence_level=level, method="wilson")
    return interval.low, interval.high


def newcombe(k1, n1, k2, n2, level):
    """Newcombe 1998, method 10."""
    p1, p2 = k1 / n1, k2 / n2
    (l1, u1), (l2, u2) = wilson(k1, n1, level), wilson(k2, n2, level)
    return [
        p1 - p2 - np.sqrt((p1 - l1) ** 2 + (u2 - p2) ** 2),
        p1 - p2 + np.sqrt((u1 - p1) ** 2 + (p2 - l2) ** 2),
    ]


def holm(p):
    """Rejects, from the smallest up, while p <= level / (number not yet rejected): the level at which each is rejected."""
    order = np.argsort(p, kind="stable")
    out = np.empty(len(p))
    for rank, i in enumerate(order):
        out[i] = min(1, max((len(p) - j) * p[order[j]] for j in range(rank + 1)))
    return out.tolist()


def main():
    random = np.random.default_rng(20)
    cases = [
        case("absent and spurious", [[0], [0], [1], [1], [2]], certain([0, 0, 1, 1, 3], 5)),
        case("one class, all right", [[1]] * 4, certain([1] * 4, 3)),
        case("one class, all wrong", [[1]] * 4, certain([0, 2, 2, 0], 3)),
        case("one note", [[0, 2]], certain([2], 4)),
        case("every label is right", [[0, 1, 2], [0, 1, 2]], certain([0, 2], 3)),
        case("two labels", [[0], [0, 1], [1], [1]], certain([0, 0, 1, 0], 2)),
    ]
    # Scores in quarters: ties at every place, the first one included.
    parts = random.multinomial(4, [1 / 6] * 6, size=30) / 4.0
    cases.append(case("ties", random_gold(random, 30, np.arange(6), np.full(6, 1 / 6)), parts))

    # Forty labels: eight are in no note, and some of these are predicted.
    present = np.arange(40)[np.arange(40) % 5 != 4]
    prior = 0.9 ** np.arange(len(present))
    prior /= prior.sum()
    gold = random_gold(random, 60, present, prior)
    z = random.normal(size=(60, 40)) * 1.5
    for i, g in enumerate(gold):
        z[i, g] += 2.5
    forty = softmax(z).round(6)
    cases.append(case("forty labels", gold, forty))

    gold7 = random_gold(random, 50, np.arange(7), np.full(7, 1 / 7))
    z7 = random.normal(size=(50, 7)) * 4
    for i, g in enumerate(gold7):
        z7[i, g] += 3
    z7 = z7.round(3).astype(np.float32).astype(np.float64)
    cases.append(case("logits", gold7, softmax(z7), logits=z7))

    forty = forty.astype(np.float32).astype(np.float64)
    whole, _ = measure(gold, forty)
    for name, value in quick(gold, forty, np.arange(len(gold))).items():
        assert abs(value - whole[name]) < 1e-12, name
    json.dump(
        {
            "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
            "cases": cases,
            "mcnemar": [
                {"only_a": b, "only_b": c, "p_value": binomtest(b, b + c).pvalue if b + c else 1.0}
                for b, c in [(0, 0), (0, 1), (5, 5), (1, 9), (9, 1), (12, 30), (40, 75), (300, 301), (0, 60), (410, 520)]
            ],
            "wilson": [
                {"right": k, "of": n, "level": level, "interval": wilson(k, n, level)}
                for k, n, level in [(0, 1, 0.95), (1, 1, 0.95), (0, 20, 0.95), (7, 20, 0.95), (20, 20, 0.9), (130, 259, 0.99), (3, 1000, 0.95)]
            ],
            "newcombe": [
                {"counts": c, "level": level, "interval": newcombe(*c, level)}
                for c, level in [((56, 70, 48, 80), 0.95), ((9, 10, 3, 10), 0.95), ((10, 10, 0, 10), 0.9), ((0, 12, 0, 240), 0.95)]
            ],
            "adjusted": [
                {"p": p, "holm": holm(p), "benjamini_hochberg": false_discovery_control(p, method="bh").tolist() if p else []}
                for p in [[], [0.03], [0.01, 0.04, 0.03, 0.005], [0.2, 0.2, 0.9, 0.001, 0.001], [1.0, 0.5, 0.02, 0.049, 0.013, 0.3, 1e-9]]
            ],
            "bootstrap": {
                "case": "forty labels", "resamples": 1000,
                "intervals": bootstrap(gold, forty, 1000, 20, random),
            },
        },
        sys.stdout,
    )
    print()


main()
