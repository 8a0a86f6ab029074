"""A bundle: equal models, equal bytes; whatever was changed is refused by its part's name."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.errors import BadBundle
from leadscore.leads.schema import Schema, investor
from leadscore.model.bundle import FORMAT, MOST_PARTS, Model, dump_model, load_model
from leadscore.model.codec import array_bytes, json_bytes
from leadscore.model.engine import EngineKind
from leadscore.model.trees import Trees
from leadscore.score.scores import score_leads
from leadscore.testing.models import make_leads, make_model, outcome_schema

Parts = dict[str, bytes]
KINDS: tuple[EngineKind, ...] = ("tables", "curves", "trees")
POINT: dict[str, object] = {"tiers": ["Low", "Medium", "High"], "cuts": [0.0, 1.0]}
PAGES = {"card.html": "<h1>Karte – ü</h1>\n", "card.md": "# Karte\r\n"}
MODEL = replace(make_model(schema=outcome_schema(), operating_point=POINT, doubt=True), pages=PAGES)
PARTS = dump_model(MODEL)
#: Parts that a bundle may lack.
SPARE = {"operating_point.json", "doubt.npz", *PAGES}
PART_NAMES = sorted(PARTS)


def sealed(whole: Parts, **changes: object) -> Parts:
    """Return the parts with a manifest that fits them, changed on purpose."""
    about = json.loads(whole["manifest.json"]) | changes
    about.pop("seal")
    if "parts" not in changes:
        about["parts"] = {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in whole.items()
            if name != "manifest.json"
        }
    about["seal"] = hashlib.sha256(json_bytes(about)).hexdigest()
    return {**whole, "manifest.json": json_bytes(about)}


def with_part(name: str, content: bytes) -> Parts:
    return sealed({**PARTS, name: content})


def npz(write: Callable[[io.BytesIO], None]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("schema", [investor(), outcome_schema()], ids=["tier", "outcome"])
def test_a_loaded_model_is_the_one_that_was_saved(kind: EngineKind, schema: Schema) -> None:
    model = make_model(schema=schema, engine=kind)
    parts = dump_model(model)
    loaded = load_model(parts)
    leads = make_leads(50, schema=schema, seed=1)
    before, after = score_leads(model, leads), score_leads(loaded, leads)
    assert dump_model(loaded) == parts
    assert loaded.schema == schema
    assert before.margin.tobytes() == after.margin.tobytes()
    assert before.probabilities.tobytes() == after.probabilities.tobytes()
    assert before.score.tobytes() == after.score.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_equal_models_give_equal_bytes(kind: EngineKind) -> None:
    assert dump_model(make_model(engine=kind)) == dump_model(make_model(engine=kind))


def test_the_order_of_a_models_keys_does_not_change_its_bytes() -> None:
    model = make_model()
    turned = replace(model, card=dict(reversed(list(model.card.items()))))
    assert dump_model(turned) == dump_model(model)


def test_the_digest_is_the_manifests() -> None:
    model = load_model(PARTS)
    assert model.digest == hashlib.sha256(PARTS["manifest.json"]).hexdigest()
    assert make_model().digest == ""


def test_the_manifest_says_how_the_model_was_made() -> None:
    manifest = json.loads(PARTS["manifest.json"])
    assert manifest["format"] == FORMAT
    assert (manifest["recipe"], manifest["seed"], manifest["fingerprint"]) == ("ordinal", 0, "made")
    assert set(manifest["parts"]) == set(PARTS) - {"manifest.json"}


def test_arrays_of_a_loaded_model_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_model(PARTS).reference.margins[0] = 0.0


@pytest.mark.parametrize("name", PART_NAMES)
@given(data=st.data())
def test_a_flipped_byte_is_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(PARTS[name])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadBundle, match="manifest" if name == "manifest.json" else name):
        load_model({**PARTS, name: bytes(content)})


@pytest.mark.parametrize("name", PART_NAMES)
def test_a_missing_part_is_named(name: str) -> None:
    with pytest.raises(BadBundle, match=name):
        load_model({one: PARTS[one] for one in PARTS if one != name})


@pytest.mark.parametrize("name", sorted(set(PART_NAMES) - {"manifest.json"} - SPARE))
def test_a_part_that_the_manifest_does_not_list_either_is_missed(name: str) -> None:
    with pytest.raises(BadBundle, match=name):
        load_model(sealed({one: PARTS[one] for one in PARTS if one != name}))


def test_an_extra_part_is_named() -> None:
    with pytest.raises(BadBundle, match=r"not in the manifest: notes\.txt"):
        load_model({**PARTS, "notes.txt": b"hello"})


def test_an_unknown_part_is_refused_though_listed() -> None:
    with pytest.raises(BadBundle, match=r"unknown: setup\.py"):
        load_model(with_part("setup.py", b"print()"))


def test_too_many_parts_are_refused() -> None:
    many = {f"member{at}.json": b"{}" for at in range(MOST_PARTS)}
    with pytest.raises(BadBundle, match="too many"):
        load_model(sealed({**PARTS, **many}))


def test_all_faults_of_the_parts_are_named_at_once() -> None:
    parts = {**PARTS, "card.json": b"{}", "more.txt": b""}
    del parts["metrics.json"]
    with pytest.raises(BadBundle) as caught:
        load_model(parts)
    for name in ("card.json", "more.txt", "metrics.json"):
        assert name in str(caught.value)


def test_a_newer_format_says_what_to_do() -> None:
    with pytest.raises(BadBundle, match=rf"format {FORMAT + 1}.*reads up to {FORMAT}") as caught:
        load_model(sealed(PARTS, format=FORMAT + 1))
    assert "newer leadscore" in caught.value.next_step


def test_a_newer_format_is_told_as_such_however_it_is_sealed() -> None:
    manifest = {"product": "leadscore", "format": FORMAT + 1, "blocks": []}
    with pytest.raises(BadBundle, match="reads up to"):
        load_model({"manifest.json": json_bytes(manifest)})


@pytest.mark.parametrize("number", [0, -1, True, "1", None, 1.0])
def test_a_format_that_is_no_number_is_refused(number: object) -> None:
    with pytest.raises(BadBundle, match="format number"):
        load_model(sealed(PARTS, format=number))


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'{"product": NaN}', b"{}"],
    ids=["empty", "list", "null", "open", "binary", "deep", "nan", "foreign"],
)
def test_a_manifest_that_is_none_is_refused(manifest: bytes) -> None:
    with pytest.raises(BadBundle, match="manifest"):
        load_model({**PARTS, "manifest.json": manifest})


def test_nothing_at_all_is_no_bundle() -> None:
    with pytest.raises(BadBundle, match=r"no manifest\.json"):
        load_model({})


@pytest.mark.parametrize(
    "changes",
    [{"parts": []}, {"name": 1}, {"version": None}, {"recipe": []}, {"engine": 3}],
    ids=["parts", "name", "version", "recipe", "engine"],
)
def test_a_manifest_of_wrong_types_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadBundle):
        load_model(sealed(PARTS, **changes))


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(BadBundle, match="unknown engine 'lava'"):
        load_model(sealed(PARTS, engine="lava"))


@pytest.mark.parametrize("kind", ["curves", "trees"])
def test_an_engine_of_another_kind_is_refused(kind: str) -> None:
    with pytest.raises(BadBundle):
        load_model(sealed(PARTS, engine=kind))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("schema.toml", b"\xff"),
        ("schema.toml", b"name = 1"),
        ("encoder.json", b"{}"),
        ("encoder.json", b'{"fields": 5, "levels": {}}'),
        ("encoder.json", b'{"fields": [], "levels": {}}'),
        ("calibration.json", b'{"kind": "lava"}'),
        ("calibration.json", b'{"kind": "line", "slope": "steep"}'),
        ("metrics.json", b"[]"),
        ("card.json", b'{"rows": NaN}'),
        ("card.json", b'"text"'),
        ("operating_point.json", b"1"),
        ("engine.npz", b""),
        ("engine.npz", b"PK\x03\x04"),
        ("reference.npz", array_bytes({})),
        ("reference.npz", b"no zip"),
    ],
)
def test_a_part_of_another_kind_is_named(name: str, content: bytes) -> None:
    with pytest.raises(BadBundle, match=name):
        load_model(with_part(name, content))


def test_parts_of_different_models_do_not_open_together() -> None:
    other = dump_model(make_model(schema=investor()))
    for name in ("encoder.json", "engine.npz", "calibration.json", "schema.toml"):
        with pytest.raises(BadBundle):
            load_model(with_part(name, other[name]))


@given(data=st.data())
def test_damaged_arrays_are_refused_even_with_a_fitting_manifest(data: st.DataObject) -> None:
    """Either a clear refusal, or numbers that are as good as any others: never a crash."""
    name = data.draw(st.sampled_from(["engine.npz", "reference.npz"]))
    content = bytearray(PARTS[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(BadBundle):
        load_model(with_part(name, bytes(content)))


def arrays_in(name: str) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(PARTS[name])) as found:
        return dict(found)


def test_numpy_reads_the_arrays() -> None:
    found = arrays_in("reference.npz")
    assert np.array_equal(found["margins"], load_model(PARTS).reference.margins)


def test_packed_arrays_are_refused() -> None:
    arrays = arrays_in("engine.npz")
    packed = npz(lambda buffer: np.savez_compressed(buffer, allow_pickle=False, **arrays))
    with pytest.raises(BadBundle, match=r"engine\.npz.*compressed"):
        load_model(with_part("engine.npz", packed))


def test_pickled_objects_are_refused_and_not_opened() -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return pytest.fail, ("a pickle was opened",)

    arrays = arrays_in("engine.npz") | {"base": np.array([Bomb()], dtype=object)}
    pickled = npz(lambda buffer: np.savez(buffer, allow_pickle=True, **arrays))
    with pytest.raises(BadBundle, match=r"engine\.npz.*something else than numbers"):
        load_model(with_part("engine.npz", pickled))


@pytest.mark.parametrize("shape", ["(99999999999,)", "(2, 99999999)", "(-1,)", "(4294967296,) * 2"])
def test_an_array_that_claims_to_be_huge_is_refused(shape: str) -> None:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (118 - len(header) - 1) + b"\n"
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 8

    def write(buffer: io.BytesIO) -> None:
        with zipfile.ZipFile(buffer, "w") as packed:
            packed.writestr("base.npy", array)

    with pytest.raises(BadBundle, match=r"engine\.npz"):
        load_model(with_part("engine.npz", npz(write)))


def test_an_effect_that_is_no_number_is_refused() -> None:
    arrays = arrays_in("engine.npz")
    arrays["field0.values"] = np.full_like(arrays["field0.values"], np.nan)
    with pytest.raises(BadBundle, match=r"engine\.npz"):
        load_model(with_part("engine.npz", array_bytes(arrays)))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("margins", np.array([])),
        ("margins", np.array([2.0, 1.0])),
        ("likeness", np.array([np.nan])),
        ("similar.n", np.array([1, 2, 3, 4])),
        ("similar.converted", np.array([10**9, 10**9])),
        ("field0.n", np.array([1])),
    ],
)
def test_a_reference_that_does_not_fit_is_refused(name: str, values: np.ndarray) -> None:
    arrays = arrays_in("reference.npz") | {name: values}
    with pytest.raises(BadBundle, match=r"reference\.npz"):
        load_model(with_part("reference.npz", array_bytes(arrays)))


def test_broken_trees_are_refused() -> None:
    parts = dump_model(make_model(engine="trees"))
    with pytest.raises(BadBundle, match=r"forest\.npz"):
        load_model(sealed({**parts, "forest.npz": b"no zip"}))
    with pytest.raises(BadBundle, match=r"forest\.npz"):
        load_model(sealed({name: one for name, one in parts.items() if name != "forest.npz"}))


def test_trees_of_an_older_format_are_read_by_xgboost() -> None:
    model = make_model(engine="trees")
    parts = dump_model(model)
    older = {name: one for name, one in parts.items() if name != "forest.npz"}
    loaded = load_model(sealed(older, format=2))
    x = model.encoder.encode(make_leads(20))
    assert loaded.engine.effects(x).tobytes() == model.engine.effects(x).tobytes()
    for name, content in (("member0.ubj", b"{L"), ("member0.json", b"{}")):
        with pytest.raises(BadBundle, match="member0"):
            load_model(sealed({**older, name: content}, format=2))


def test_a_forest_of_other_fields_or_with_more_arrays_is_refused() -> None:
    parts = dump_model(make_model(engine="trees"))
    model = load_model(parts)
    assert isinstance(model.engine, Trees)
    arrays = model.engine.to_arrays()
    strange = {**arrays, "sources": np.full_like(arrays["sources"], 90)}
    for wrong in ({**arrays, "more": arrays["roots"]}, strange):
        with pytest.raises(BadBundle, match=r"forest\.npz"):
            load_model(sealed({**parts, "forest.npz": array_bytes(wrong)}))


def test_a_model_with_a_number_that_is_none_is_not_written() -> None:
    model: Model = replace(make_model(), metrics={"auc": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump_model(model)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("schema", [investor(), outcome_schema()], ids=["tier", "outcome"])
def test_what_a_model_does_not_know_is_kept(kind: EngineKind, schema: Schema) -> None:
    model = make_model(schema=schema, engine=kind, doubt=True)
    loaded = load_model(dump_model(model))
    leads = make_leads(80, schema=schema, seed=1)
    before, after = score_leads(model, leads), score_leads(loaded, leads)
    assert dump_model(loaded) == dump_model(model)
    assert before.sets.tobytes() == after.sets.tobytes()
    assert before.unscored.tobytes() == after.unscored.tobytes()


def test_the_cards_pages_come_back_to_the_letter() -> None:
    assert load_model(PARTS).pages == PAGES
    assert load_model(dump_model(make_model())).pages == {}


def test_a_page_that_is_no_text_is_refused() -> None:
    with pytest.raises(BadBundle, match=r"card\.html is not what it should be"):
        load_model(with_part("card.html", b"\xff\xfe"))


@pytest.mark.parametrize("name", sorted(SPARE - {"operating_point.json"}))
def test_a_bundle_of_format_1_has_no_later_part(name: str) -> None:
    older = {one: PARTS[one] for one in PARTS if one not in SPARE}
    assert load_model(sealed(older, format=1)).doubt is None
    with pytest.raises(BadBundle, match=f"unknown: {name}"):
        load_model(sealed({**older, name: PARTS[name]}, format=1))


def changed_doubt(**changes: object) -> Parts:
    assert MODEL.doubt is not None
    arrays = MODEL.doubt.to_arrays()
    for name, values in changes.items():
        arrays[name.replace("__", ".")] = np.array(values, np.float64)
    return with_part("doubt.npz", array_bytes(arrays))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"more": [1.0]}, "other arrays"),
        ({"sets__least": [0.5, 0.5, 0.5]}, "classes are not the schema's"),
        ({"sets__least": [0.5, 7.0]}, "not a probability"),
        ({"known__low": [0.0]}, "another number of fields"),
        ({"sets__level": []}, "doubt"),
        ({"known__usual_strange": []}, "doubt"),
    ],
)
def test_a_doubt_that_does_not_fit_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadBundle, match=rf"doubt\.npz is not what it should be.*{words}|{words}"):
        load_model(changed_doubt(**changes))


def test_a_doubt_about_other_fields_is_refused() -> None:
    other = make_model(doubt=True)
    assert other.doubt is not None
    with pytest.raises(BadBundle, match="fields are not the schema's"):
        load_model(with_part("doubt.npz", array_bytes(other.doubt.to_arrays())))
