"""Leadscore beside plain XGBoost, and another tool if you have its answers, on outcome files.

    python benchmarks/outcome_files.py index.json --out docs/studies/outcome_files.md

index.json lists the files, which are not part of this repository:

    [{"name": "bank", "train": "bank.train.csv", "test": "bank.test.csv", "label": "y",
      "positive": "yes", "sep": ",", "decimal": ".",
      "peer": {"name": "AutoGluon", "probabilities": "bank.peer.npy", "seconds": 90}}]

leadscore sees each file as a user's: schema inferred, no hand edit, recipe auto. XGBoost has 300
trees of depth 4, rate 0.05, one-hot texts, numbers as they are. Differences are relative, of mean
log loss, with a paired bootstrap 95 % interval; negative is better for leadscore.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any  # Any: JSON values

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from xgboost import XGBClassifier

from leadscore.leads.conform import conform
from leadscore.leads.infer import infer
from leadscore.measure.metrics import paired_difference, row_log_loss
from leadscore.model.train import fit_model
from leadscore.score.scores import score_leads
from leadscore.store.tables import read_frame

Floats = NDArray[np.float64]
HEAD = [
    "| file | leads | fields | rate | recipe | log loss | AUC | against XGBoost | against the peer "
    "| seconds | peer |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
]


def main() -> None:
    """Measure every file of the index and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    lines = ["# Outcome files", "", *__doc__.splitlines()[-4:-1], __doc__.splitlines()[-1], ""]
    lines += ["Made by `python benchmarks/outcome_files.py index.json`.", "", *HEAD]
    for entry in json.loads(asked.index.read_text("utf-8")):
        lines.append(measured(entry, asked.index.parent))
        print(lines[-1], flush=True)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measured(entry: dict[str, Any], folder: Path) -> str:
    """Return one file's line of the table."""
    train, test = read_frame(folder / entry["train"]), read_frame(folder / entry["test"])
    began = time.perf_counter()
    schema = infer(train, label=entry["label"], positive=str(entry["positive"])).schema
    known = conform(train, schema)
    labels = np.asarray(known.labels)
    told = labels >= 0
    model = fit_model(known.leads.take(told), labels[told], schema, n_jobs=2).model
    seconds = time.perf_counter() - began
    new = conform(test, schema)
    truth = np.asarray(new.labels).astype(np.intp)
    said = score_leads(model, new.leads).probabilities
    own = row_log_loss(truth, said)
    plain = _words(own, row_log_loss(truth, _both(_xgboost(entry, folder))))
    peer, about = "–", "–"
    if "peer" in entry:
        other = np.load(folder / entry["peer"]["probabilities"])
        peer = _words(own, row_log_loss(truth, _both(other)))
        about = f"{entry['peer']['name']}, {entry['peer']['seconds']:.0f} s"
    cells = [
        entry["name"],
        f"{len(train) + len(test):,}",
        str(len(schema.features)),
        f"{100 * labels[told].mean():.1f} %",
        f"{model.recipe} {model.card.get('depth', '')}".strip(),
        f"{own.mean():.4f}",
        f"{roc_auc_score(truth, said[:, 1]):.3f}",
        plain,
        peer,
        f"{seconds:.0f}",
        about,
    ]
    return f"| {' | '.join(cells)} |"


def _words(own: Floats, other: Floats) -> str:
    found = paired_difference(own, other, boot=1000, seed=0)
    base = 100 / float(other.mean())
    value, low, high = (base * found[key] for key in ("value", "low", "high"))
    return f"{value:+.1f} % ({low:+.1f} to {high:+.1f})"


def _both(probability: Floats) -> Floats:
    inside = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.stack([1 - inside, inside], axis=1)


def _xgboost(entry: dict[str, Any], folder: Path) -> Floats:
    how = {"sep": entry.get("sep", ","), "decimal": entry.get("decimal", ".")}
    train, test = (pd.read_csv(folder / entry[part], **how) for part in ("train", "test"))
    labels = train.pop(entry["label"]).astype(str) == str(entry["positive"])
    test = test.drop(columns=entry["label"])
    texts = [name for name in train if not pd.api.types.is_numeric_dtype(train[name])]
    columns = pd.get_dummies(train, columns=texts, dtype=float)
    model = XGBClassifier(n_estimators=300, max_depth=4, learning_rate=0.05, n_jobs=1)
    model.fit(columns.to_numpy(float), labels)
    aligned = pd.get_dummies(test, columns=texts, dtype=float).reindex(
        columns=columns.columns, fill_value=0.0
    )
    return np.asarray(model.predict_proba(aligned.to_numpy(float))[:, 1], np.float64)


if __name__ == "__main__":
    main()
