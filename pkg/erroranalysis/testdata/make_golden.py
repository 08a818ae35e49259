"""Writes golden.json: what scipy and numpy say of a made-up set of predictions.

    python make_golden.py > golden.json

Needs numpy and scipy. The same versions give the same file.
"""

import json
import sys

import numpy as np
import scipy
from scipy.stats import binomtest, chi2_contingency, norm, pearsonr, spearmanr

LABELS = 12
DOCUMENT = [1, 4]


def make(random, texts=90, train=300):
    prior = 0.75 ** np.arange(LABELS)
    prior[-1] = 0  # a label without test texts
    prior /= prior.sum()
    full = prior.copy()
    full[-1] = 0.02
    full /= full.sum()

    def some(p):
        return sorted(int(g) for g in random.choice(LABELS, size=random.integers(1, 4), replace=False, p=p))

    gold = [some(prior) for _ in range(texts)]
    training = [some(full) for _ in range(train)]
    predicted, characters, tokens, truncated = [], [], [], []
    for g in gold:
        length = int(random.integers(100, 4000))
        characters.append(length)
        tokens.append(length // 4)
        truncated.append(length > 2200)
        if random.random() < 0.75 - 0.3 * (length > 2200):
            predicted.append(int(random.choice(g)))
        else:
            predicted.append(int(random.choice(LABELS, p=prior)))
    return {
        "labels": LABELS, "document": DOCUMENT, "gold": gold, "train": training, "predicted": predicted,
        "characters": characters, "tokens": tokens, "truncated": truncated,
    }


def wrong_total(data, i, reading):
    gold, predicted = data["gold"][i], data["predicted"][i]
    if reading == "any_valid":
        return float(predicted not in gold), 1.0
    return float(sum(g != predicted for g in gold)), float(len(gold))


def class_wrong(data, i, reading, label):
    if reading == "any_valid":
        return float(data["predicted"][i] not in data["gold"][i])
    return float(label != data["predicted"][i])


def rate(data, reading, drawn, fits):
    inside = [wrong_total(data, i, reading) for i in drawn if fits(i)]
    return sum(w for w, _ in inside) / sum(t for _, t in inside) if inside else np.nan


def errors(data, reading, drawn, trained):
    x, y = [], []
    for label in range(LABELS):
        own = [class_wrong(data, i, reading, label) for i in drawn if label in data["gold"][i]]
        if own:
            x.append(trained[label])
            y.append(np.mean(own))
    return np.array(x), np.array(y)


def band(data, reading, drawn, trained, low, high):
    own = [class_wrong(data, i, reading, g) for i in drawn for g in data["gold"][i] if low <= trained[g] < high]
    return np.mean(own) if own else np.nan


def means(data, reading, drawn, what):
    bad = good = bads = goods = 0.0
    for i in drawn:
        w, t = wrong_total(data, i, reading)
        n = data[what][i]
        bad, bads, good, goods = bad + w, bads + w * n, good + t - w, goods + (t - w) * n
    return bads / bad, goods / good


def concentration(data, reading, drawn, common):
    """Deals the predicted labels of all misreadings anew to each, among those that it would be wrong for."""
    items = []
    for i in drawn:
        gold, predicted = data["gold"][i], data["predicted"][i]
        if reading == "any_valid":
            if predicted not in gold:
                items.append((gold, predicted))
        else:
            items += [([g], predicted) for g in gold if g != predicted]
    observed = np.mean([np.mean([common[g][p] for g in s]) for s, p in items])
    answers = np.bincount([p for _, p in items], minlength=LABELS)
    expected = []
    for s, _ in items:
        q = answers.astype(float)
        q[s] = 0
        expected.append(sum(q[l] * np.mean([common[g][l] for g in s]) for l in range(LABELS)) / q.sum())
    return observed, np.mean(expected)


def statistics(data, reading, drawn, trained, together, kinds):
    everything = errors(data, reading, drawn, trained)
    long, short = means(data, reading, drawn, "characters")
    token_long, token_short = means(data, reading, drawn, "tokens")

    def ratio(fits):
        return rate(data, reading, drawn, fits) / rate(data, reading, drawn, lambda i: not fits(i))

    filed, crossing = concentration(data, reading, drawn, together), concentration(data, reading, drawn, kinds)
    return {
        "length/characters": long / short,
        "length/tokens": token_long / token_short,
        "length/truncated": ratio(lambda i: data["truncated"][i]),
        "length/long": ratio(lambda i: data["tokens"][i] > 512),
        "similar_specialties/co_filed": filed[0] / filed[1],
        "imbalance/pearson_texts": pearsonr(*everything).statistic,
        "imbalance/spearman_texts": spearmanr(*everything).statistic,
        "imbalance/rare": band(data, reading, drawn, trained, 0, 10) / band(data, reading, drawn, trained, 51, 1e9),
        "document_types/crossing": crossing[0] / crossing[1],
    }


def bootstrap(draw, resamples, repeats):
    """The mean ends of repeated percentile intervals and how far one lies from another, undefined resamples left out."""
    ends = {}
    for _ in range(repeats):
        values = {}
        for _ in range(resamples):
            for name, v in draw().items():
                values.setdefault(name, []).append(v)
        for name, v in values.items():
            v = np.array(v)
            ends.setdefault(name, []).append(np.quantile(v[np.isfinite(v)], [0.025, 0.975]))
    return {
        name: {"low": m[0], "high": m[1], "low_sd": s[0], "high_sd": s[1]}
        for name, m, s in ((n, np.mean(e, axis=0), np.std(e, axis=0, ddof=1)) for n, e in ends.items())
    }


def effective(pairs):
    """share (1 - share) / variance, the variance of a ratio of sums linearised over texts; at most the rows."""
    w, t = np.array(pairs, dtype=float).T
    share = w.sum() / t.sum()
    if share in (0, 1):
        return share, float(len(w))
    variance = ((w - share * t) ** 2).sum() / t.sum() ** 2
    if variance < 1e-12:
        return share, t.sum()
    return share, min(t.sum(), share * (1 - share) / variance)


def score(share, n, level=0.95):
    z = norm.ppf((1 + level) / 2)
    middle, half = (share + z * z / (2 * n)) / (1 + z * z / n), z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def contrast(data, reading, fits):
    texts = range(len(data["gold"]))
    inside = [wrong_total(data, i, reading) for i in texts if fits(i)]
    rest = [wrong_total(data, i, reading) for i in texts if not fits(i)]
    (a, n), (b, m) = effective(inside), effective(rest)
    (la, ua), (lb, ub) = score(a, n), score(b, m)
    pooled = (a * n + b * m) / (n + m)
    out = {
        "texts": len(inside), "inside": a, "low": la, "high": ua, "rest": b,
        "excess": a - b, "excess_low": a - b - np.hypot(a - la, ub - b), "excess_high": a - b + np.hypot(ua - a, b - lb),
        "p_value": norm.sf((a - b) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))),
    }
    if reading == "any_valid":  # plain proportions: scipy has the interval and the test
        k, l = sum(w for w, _ in inside), sum(w for w, _ in rest)
        interval = binomtest(int(k), len(inside)).proportion_ci(method="wilson")
        assert abs(interval.low - la) < 1e-12 and abs(interval.high - ua) < 1e-12
        table = [[k, len(inside) - k], [l, len(rest) - l]]
        z = np.sign(a - b) * np.sqrt(chi2_contingency(table, correction=False).statistic)
        assert abs(norm.sf(z) - out["p_value"]) < 1e-12
    return out


def main():
    random = np.random.default_rng(6)
    data = make(random)
    trained = [sum(label in s for s in data["train"]) for label in range(LABELS)]
    pairs = [[sum(a in s and b in s for s in data["train"]) for b in range(LABELS)] for a in range(LABELS)]
    together = [[pairs[a][b] / trained[a] if trained[a] else 0 for b in range(LABELS)] for a in range(LABELS)]
    kinds = [[float((a in DOCUMENT) != (b in DOCUMENT)) for b in range(LABELS)] for a in range(LABELS)]
    everything = list(range(len(data["gold"])))
    out = {"versions": {"numpy": np.__version__, "scipy": scipy.__version__}, "data": data, "trained": trained, "readings": {}}
    for reading in ("row", "any_valid"):
        values = statistics(data, reading, everything, trained, together, kinds)
        x, y = errors(data, reading, everything, trained)

        def texts():
            return statistics(data, reading, list(random.choice(everything, len(everything))), trained, together, kinds)

        def classes():
            drawn = random.choice(len(x), len(x))
            if len(set(x[drawn])) == 1 or len(set(y[drawn])) == 1:
                return {"imbalance/pearson_classes": np.nan, "imbalance/spearman_classes": np.nan}
            return {
                "imbalance/pearson_classes": pearsonr(x[drawn], y[drawn]).statistic,
                "imbalance/spearman_classes": spearmanr(x[drawn], y[drawn]).statistic,
            }

        intervals = bootstrap(texts, 400, 8) | bootstrap(classes, 1000, 12)
        values |= {f"imbalance/{name}_classes": values[f"imbalance/{name}_texts"] for name in ("pearson", "spearman")}
        quarters = np.quantile(data["characters"], [0.25, 0.5, 0.75])
        out["readings"][reading] = {
            "values": values,
            "intervals": intervals,
            "observed": concentration(data, reading, everything, together)[0],
            "classes": {str(label): v for label, v in zip([l for l in range(LABELS) if any(l in g for g in data["gold"])], y)},
            "slices": {
                "gold": contrast(data, reading, lambda i: 0 in data["gold"][i]),
                "truncated": contrast(data, reading, lambda i: data["truncated"][i]),
                "longest": contrast(data, reading, lambda i: data["characters"][i] > quarters[2]),
                "two labels": contrast(data, reading, lambda i: len(data["gold"][i]) == 2),
            },
        }
    confused = {}
    for g, p in zip(data["gold"], data["predicted"]):
        for label in g:
            if label != p:
                n = confused.setdefault(f"{label} {p}", [0, 0, pairs[label][p]])
                n[0] += 1
                n[1] += p in g
    out["pairs"] = confused
    out["correlations"] = []
    for n, ties in ((2, 9), (5, 9), (12, 3), (40, 6), (25, 1000)):
        x, y = random.integers(0, ties, n).astype(float), random.integers(0, ties, n) / 7
        x[0], y[0] = ties + 1, -1
        out["correlations"].append(
            {"x": x.tolist(), "y": y.tolist(), "pearson": pearsonr(x, y).statistic, "spearman": spearmanr(x, y).statistic}
        )
    json.dump(out, sys.stdout, default=float)
    print()


main()
