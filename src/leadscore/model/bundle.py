"""A saved model: named parts and a manifest, checked before anything is opened. Never pickle."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar  # Any: JSON values

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadBundle, BadSchema
from leadscore.leads.schema import Schema, parse_schema
from leadscore.leads.schema_text import schema_toml
from leadscore.model.calibration import Calibration
from leadscore.model.codec import array_bytes, json_bytes, read_arrays, read_json
from leadscore.model.curves import Curves
from leadscore.model.doubt import Doubt
from leadscore.model.encode import Encoder
from leadscore.model.engine import Engine
from leadscore.model.reference import Reference
from leadscore.model.tables import StepTables
from leadscore.model.trees import Trees

__all__ = ["FORMAT", "MOST_BYTES", "MOST_PARTS", "Model", "dump_model", "load_model"]

#: The number of this bundle format; those below it are read too. A change that old readers cannot
#: follow raises it: 2 added what a model does not know, and its card as pages; 3 deep trees as
#: arrays.
FORMAT = 3
#: No bundle has more parts, or more bytes once unpacked.
MOST_PARTS = 256
MOST_BYTES = 1 << 30

_MANIFEST = "manifest.json"
_NEEDED = frozenset(
    [
        "calibration.json",
        "card.json",
        "encoder.json",
        "metrics.json",
        "reference.npz",
        "schema.toml",
    ]
)
_KNOWN = re.compile(r"engine\.npz|operating_point\.json|member[0-9]+\.(?:json|ubj)")
_DOUBT = "doubt.npz"
_FOREST = "forest.npz"
#: The parts that are texts for people.
_PAGES = ("card.html", "card.md")
#: The parts that no bundle of a lower format has.
_SINCE = {_DOUBT: 2, **dict.fromkeys(_PAGES, 2), _FOREST: 3}
#: What the card says that the manifest says as well.
_FROM_CARD = ("fingerprint", "seed", "versions")
_FRESH_COPY = "Take a fresh copy of the bundle, or train the model again."

_Value = TypeVar("_Value")
Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted model with all that scoring needs.

    Parameters
    ----------
    name, version : str
        What it is called.
    recipe : str
        How it was fitted: ``ordinal``, ``logistic`` or ``seed``.
    schema : Schema
        The leads it scores.
    encoder : Encoder
        From leads to numbers.
    engine : Engine
        From numbers to a base and effects.
    calibration : Calibration
        From a margin to probabilities.
    reference : Reference
        The leads it learned from, as far as scores need them.
    members : mapping of str to bytes
        The boosted trees in XGBoost's own format, and how fields become their columns.
    operating_point : mapping, optional
        The tiers' thresholds as chosen; the codec is ``leadscore.score.tiers``'.
    doubt : Doubt, optional
        What it does not know; None in bundles from before that was kept.
    pages : mapping of str to str
        The card for people, by the names ``card.html`` and ``card.md``; empty where none was made.
    metrics : mapping
        Held-out figures, as JSON values.
    card : mapping
        What was done with which data, as JSON values.
    digest : str
        sha256 of the manifest; empty before the model is saved.
    """

    name: str
    version: str
    recipe: str
    schema: Schema
    encoder: Encoder
    engine: Engine
    calibration: Calibration
    reference: Reference
    members: Mapping[str, bytes] = field(default_factory=dict)
    operating_point: Mapping[str, Any] | None = None
    doubt: Doubt | None = None
    pages: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""

    @property
    def outcome(self) -> bool:
        """Whether it predicts an outcome (converted or not) and not a tier."""
        return self.schema.label is not None and self.schema.label.outcome

    def probabilities(
        self, x: NDArray[np.float32], margin: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return P(class) for encoded leads `x` and their margins, shape (n, K)."""
        own = self.engine.probabilities(x) if isinstance(self.engine, Trees) else None
        return self.calibration.probabilities(margin) if own is None else own


def dump_model(model: Model) -> dict[str, bytes]:
    """Return the model as named parts, ``manifest.json`` among them.

    Equal models give equal bytes.
    """
    encoder = model.encoder
    levels = {name: list(known) for name, known in encoder.levels.items()}
    parts = {
        "schema.toml": schema_toml(model.schema).encode("utf-8"),
        "encoder.json": json_bytes({"fields": list(encoder.fields), "levels": levels}),
        "calibration.json": json_bytes(model.calibration.to_json()),
        "reference.npz": array_bytes(model.reference.to_arrays()),
        "metrics.json": json_bytes(model.metrics),
        "card.json": json_bytes(model.card),
        **model.members,
        **{name: text.encode("utf-8") for name, text in model.pages.items()},
    }
    if isinstance(model.engine, StepTables | Curves):
        parts["engine.npz"] = array_bytes(model.engine.to_arrays())
    if isinstance(model.engine, Trees):
        parts[_FOREST] = array_bytes(model.engine.to_arrays())
    if model.doubt is not None:
        parts[_DOUBT] = array_bytes(model.doubt.to_arrays())
    if model.operating_point is not None:
        parts["operating_point.json"] = json_bytes(model.operating_point)
    return {_MANIFEST: json_bytes(_sealed(_about(model, parts))), **dict(sorted(parts.items()))}


def load_model(parts: Mapping[str, bytes]) -> Model:
    """Return the model in `parts` after checking the manifest, each digest and each type.

    Raises
    ------
    BadBundle
        If a part is missing, unknown, changed or not what it should be, or the format is newer;
        the message names the part.
    """
    manifest = _manifest(parts)
    _check_parts(manifest, parts)
    members = {name: parts[name] for name in parts if name.startswith("member")}
    schema = _opened("schema.toml", parts, lambda content: parse_schema(content.decode("utf-8")))
    encoder = _opened("encoder.json", parts, lambda content: _encoder(content, schema))
    point = "operating_point.json"
    model = Model(
        name=manifest["name"],
        version=manifest["version"],
        recipe=manifest["recipe"],
        schema=schema,
        encoder=encoder,
        engine=_engine(manifest, parts, members, len(encoder.fields)),
        calibration=_opened("calibration.json", parts, lambda raw: _calibration(raw, schema)),
        reference=_opened("reference.npz", parts, lambda raw: _reference(raw, schema)),
        members=members,
        operating_point=_opened(point, parts, read_json) if point in parts else None,
        doubt=_opened(_DOUBT, parts, lambda raw: _doubt(raw, schema)) if _DOUBT in parts else None,
        pages={name: _opened(name, parts, _text) for name in _PAGES if name in parts},
        metrics=_opened("metrics.json", parts, read_json),
        card=_opened("card.json", parts, read_json),
    )
    return replace(model, digest=_sha256(parts[_MANIFEST]))


def _about(model: Model, parts: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the manifest, not yet sealed."""
    return {
        "product": "leadscore",
        "format": FORMAT,
        "name": model.name,
        "version": model.version,
        "recipe": model.recipe,
        "engine": model.engine.kind,
        **{key: model.card[key] for key in _FROM_CARD if key in model.card},
        "parts": {
            name: {"sha256": _sha256(content), "bytes": len(content)}
            for name, content in parts.items()
        },
    }


def _sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest with its own digest, so that a change in it shows as well."""
    return {**manifest, "seal": _sha256(json_bytes(manifest))}


def _manifest(parts: Mapping[str, bytes]) -> dict[str, Any]:
    if _MANIFEST not in parts:
        raise BadBundle(
            "This is not a leadscore bundle: it has no manifest.json.",
            next_step="Give the folder or .zip that `leadscore train --out` wrote.",
        )
    manifest = _opened(_MANIFEST, parts, read_json)
    if manifest.get("product") != "leadscore":
        raise BadBundle("This is not a leadscore bundle: its manifest names another product.")
    number = manifest.get("format")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise BadBundle(f"The bundle's manifest has the format number {number!r}.")
    # before the seal: a newer format may seal in another way
    if number > FORMAT:
        raise BadBundle(
            f"The bundle has format {number}; this version reads up to {FORMAT}.",
            next_step="Install a newer leadscore, or train the model again with this one.",
        )
    unsealed = {key: value for key, value in manifest.items() if key != "seal"}
    # the bytes, not the values: one form alone is right, and any change is a change
    if json_bytes(_sealed(unsealed)) != parts[_MANIFEST]:
        raise BadBundle(
            "The bundle's part manifest.json was changed since it was saved.",
            next_step=_FRESH_COPY,
        )
    return manifest


def _check_parts(manifest: Mapping[str, Any], parts: Mapping[str, bytes]) -> None:
    listed = manifest.get("parts")
    if not isinstance(listed, dict) or len(parts) > MOST_PARTS:
        raise BadBundle("The bundle's manifest lists no parts, or the bundle has too many.")
    texts = [key for key in ("name", "version", "recipe", "engine") if key in manifest]
    if len(texts) < 4 or not all(isinstance(manifest[key], str) for key in texts):
        raise BadBundle("The bundle's manifest does not say what the model is.")
    found = set(parts) - {_MANIFEST}
    faults = {
        "missing": (_NEEDED | set(listed)) - found,
        "not in the manifest": found - set(listed),
        "unknown": {one for one in listed if not _is_known(one, manifest["format"])},
        "changed since it was saved": {
            one for one in found & set(listed) if listed[one] != _entry(parts[one])
        },
    }
    told = [f"{what}: {', '.join(sorted(names))}" for what, names in faults.items() if names]
    if told:
        raise BadBundle(
            f"The bundle's parts do not fit its manifest: {'; '.join(told)}.",
            next_step=_FRESH_COPY,
        )


def _is_known(part: str, number: int) -> bool:
    later = number >= _SINCE.get(part, number + 1)
    return later or part in _NEEDED or _KNOWN.fullmatch(part) is not None


def _entry(content: bytes) -> dict[str, Any]:
    return {"sha256": _sha256(content), "bytes": len(content)}


def _engine(
    manifest: Mapping[str, Any],
    parts: Mapping[str, bytes],
    members: Mapping[str, bytes],
    fields: int,
) -> Engine:
    kind = manifest["engine"]
    if kind == "trees" and manifest["format"] >= _SINCE[_FOREST]:
        return _opened(_FOREST, parts, lambda raw: _forest(raw, fields))
    if kind == "trees":
        return _opened("member0.json", parts, lambda _: Trees.from_parts(members, fields=fields))
    openers: Mapping[str, Callable[[Arrays], StepTables | Curves]] = {
        "tables": StepTables.from_arrays,
        "curves": Curves.from_arrays,
    }
    if kind not in openers:
        raise BadBundle(f"The bundle's manifest names the unknown engine {kind!r}.")
    return _opened("engine.npz", parts, lambda raw: _tried(openers[kind], raw, fields))


def _forest(content: bytes, fields: int) -> Trees:
    arrays = read_arrays(content)
    engine = Trees.from_arrays(arrays, fields=fields)
    _must(set(arrays) == set(engine.to_arrays()), "it has other arrays than a forest")
    return engine


def _tried(
    opener: Callable[[Arrays], StepTables | Curves], content: bytes, fields: int
) -> StepTables | Curves:
    """Return the engine if it can score leads: one of whom nothing is known, one all zero."""
    arrays = read_arrays(content)
    engine = opener(arrays)
    _must(set(arrays) == set(engine.to_arrays()), "it has other arrays than such an engine")
    count = len(engine.curves if isinstance(engine, Curves) else engine.axes)
    _must(count == fields, "it is for another number of fields")
    effects = engine.effects(np.array([[np.nan] * fields, [0.0] * fields], dtype=np.float32))
    _must(bool(np.isfinite(effects).all() and np.isfinite(engine.base)), "an effect is no number")
    return engine


def _encoder(content: bytes, schema: Schema) -> Encoder:
    raw = read_json(content)
    fields, levels = raw["fields"], raw["levels"]
    _must(fields == [one.name for one in schema.features], "its fields are not the schema's")
    known = {one.name for one in schema.features if one.type in ("category", "text")}
    _must(isinstance(levels, dict) and set(levels) == known, "its categories are not the schema's")
    for name, texts in levels.items():
        _must(
            isinstance(texts, list) and all(isinstance(one, str) for one in texts),
            f"the levels of {name} are not texts",
        )
    return Encoder(fields=tuple(fields), levels={name: tuple(levels[name]) for name in levels})


def _calibration(content: bytes, schema: Schema) -> Calibration:
    calibration = Calibration.from_json(read_json(content))
    classes = len(schema.label.names) if schema.label else 0
    told = calibration.probabilities(np.zeros(1))
    _must(told.shape == (1, classes), "its classes are not the schema's")
    _must(bool(np.isfinite(told).all()), "a probability is no number")
    return calibration


def _reference(content: bytes, schema: Schema) -> Reference:
    arrays = read_arrays(content)
    reference = Reference.from_arrays(arrays)
    _must(set(arrays) == set(reference.to_arrays()), "it has other arrays than a reference")
    _must(len(reference.fields) in (0, len(schema.features)), "its fields are not the schema's")
    return reference


def _doubt(content: bytes, schema: Schema) -> Doubt:
    arrays = read_arrays(content)
    doubt = Doubt.from_arrays(arrays)
    _must(set(arrays) == set(doubt.to_arrays()), "it has other arrays than a doubt")
    _must(len(doubt.known.weight) == len(schema.features), "its fields are not the schema's")
    classes = len(schema.label.names) if schema.label else 0
    _must(len(doubt.sets.least) == classes, "its classes are not the schema's")
    return doubt


def _text(content: bytes) -> str:
    return content.decode("utf-8")


def _must(fine: bool, otherwise: str) -> None:  # noqa: FBT001 -- it reads as a sentence
    if not fine:
        raise ValueError(otherwise)


def _opened(name: str, parts: Mapping[str, bytes], opener: Callable[[bytes], _Value]) -> _Value:
    """Return what `opener` makes of a part; whatever is wrong with it is the bundle's fault."""
    if name not in parts:
        raise BadBundle(f"The bundle's part {name} is missing.", next_step=_FRESH_COPY)
    try:
        return opener(parts[name])
    except (
        ArithmeticError,
        AttributeError,
        BadSchema,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise BadBundle(
            f"The bundle's part {name} is not what it should be: {error}.", next_step=_FRESH_COPY
        ) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
