"""Bundles on disk: looked at before they are read, whole or not there, kept ones open for ever."""

import io
import json
import os
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadscore.errors import BadBundle, Exists, NotFound
from leadscore.model.bundle import FORMAT, MOST_BYTES, MOST_PARTS, dump_model
from leadscore.store.bundles import read_bundle, read_parts, write_bundle, write_parts
from leadscore.testing.models import make_model, outcome_schema
from tests.data.make_bundle import LEADS, records

DATA = Path(__file__).parent.parent / "data"
KEPT = sorted(path for path in DATA.glob("format_*") if path.suffix != ".json")
PARTS = dump_model(make_model(schema=outcome_schema()))

#: Opens a bundle and scores a lead of which nothing is known.
SCORE = """
import sys
sys.modules["numba"] = None  # it loads what it likes
from leadscore.leads.values import conform_lead
from leadscore.score.record import score_record
from leadscore.score.scores import score_leads
from leadscore.score.table import scored_columns
from leadscore.store.bundles import read_bundle
model = read_bundle(sys.argv[1])
leads = conform_lead({"source": "Web", "income": 1}, model.schema).leads
scores = score_leads(model, leads)
assert score_record(model, leads, scores, 0)["tier"]
assert scored_columns(model, leads, scores)["notes"][0]
print(*sorted({"pandas", "pyarrow", "scipy", "sklearn", "xgboost"} & set(sys.modules)))
"""


def zipped(path: Path, parts: dict[str, bytes], **about: int) -> Path:
    """Write a .zip of parts whose entries are as said."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = about.get("mode", 0) << 16
            packed.writestr(entry, content, about.get("packing", zipfile.ZIP_DEFLATED))
    return path


def as_list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def close(got: object, wanted: object) -> bool:
    """Tell whether two JSON values are equal but for the last digits of numbers."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        return list(got) == list(wanted) and all(close(got[key], wanted[key]) for key in got)
    if isinstance(got, list) and isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(close, got, wanted))
    if isinstance(got, float) and isinstance(wanted, float):
        return got == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    return got == wanted


@pytest.mark.parametrize("bundle", KEPT, ids=lambda path: path.name)
def test_a_kept_bundle_opens_for_ever_and_says_what_it_said(bundle: Path) -> None:
    said = json.loads(bundle.with_suffix(".scores.json").read_text(encoding="utf-8"))
    found = records(bundle)
    # a record may say more than it did then
    assert close(
        [{key: one[key] for key in then} for one, then in zip(found, said, strict=True)], said
    )


def test_a_bundle_from_before_doubt_was_kept_states_its_tier_alone() -> None:
    for name in ("tier", "deep.zip"):
        good, poor, _ = records(DATA / f"format_1_{name}")
        assert good["tier_set"] == [good["tier"]]
        # seven of its ten fields are missing
        assert poor["tier_set"] == [poor["tier"]] != ["Unscored"]
        assert poor["outcome_set"] is None
    assert {one["outcome_set"] for one in records(DATA / "format_1_outcome.zip")} == {None}


def test_a_kept_bundle_says_what_it_does_not_know() -> None:
    good, poor, empty, far = records(DATA / "format_2_tier")
    assert good["tier"] in as_list(good["tier_set"])
    assert {one["tier"] for one in (poor, empty, far)} == {"Unscored"}
    assert set(read_bundle(DATA / "format_2_tier").pages) == {"card.html", "card.md"}
    assert as_list(records(DATA / "format_2_outcome.zip")[0]["outcome_set"])


def test_every_kind_of_model_has_a_kept_bundle() -> None:
    numbers = range(1, FORMAT + 1)
    kept = {f"format_{number}_{name}" for number in numbers for name in LEADS}
    assert {path.stem for path in KEPT} >= kept


@pytest.mark.parametrize("name", ["model", "model.zip", "model.ZIP", "model.v2"])
def test_a_bundle_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    write_parts(tmp_path / name, PARTS)
    assert read_parts(tmp_path / name) == PARTS
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).is_file() is name.lower().endswith(".zip")


def test_a_model_is_the_same_after_a_round_on_disk(tmp_path: Path) -> None:
    model = make_model()
    digest = write_bundle(tmp_path / "model", model)
    found = read_bundle(tmp_path / "model")
    assert found.digest == digest
    assert dump_model(found) == dump_model(model)


def test_equal_models_give_equal_zips(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        write_bundle(tmp_path / name, make_model())
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_what_would_look_like_a_bomb_can_be_saved_and_read(tmp_path: Path) -> None:
    parts = {"manifest.json": b"{}", "engine.npz": bytes(1 << 25)}
    write_parts(tmp_path / "model.zip", parts)
    assert read_parts(tmp_path / "model.zip") == parts


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_what_is_there_is_replaced_only_by_force(tmp_path: Path, name: str) -> None:
    write_bundle(tmp_path / name, make_model(seed=1))
    before = read_parts(tmp_path / name)
    with pytest.raises(Exists, match="--force"):
        write_bundle(tmp_path / name, make_model(seed=2))
    assert read_parts(tmp_path / name) == before
    digest = write_bundle(tmp_path / name, make_model(seed=2), force=True)
    assert read_bundle(tmp_path / name).digest == digest
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_force_takes_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    write_parts(tmp_path / "model", PARTS, force=True)
    assert read_parts(tmp_path / "model") == PARTS


@pytest.mark.parametrize("name", ["notes.txt", "inner", "manifest.json"])
def test_force_never_replaces_a_folder_with_anything_else_in_it(tmp_path: Path, name: str) -> None:
    """A typing error in --out must not cost someone their documents."""
    folder = tmp_path / "model"
    if name == "manifest.json":
        (folder / name).mkdir(parents=True)
    else:
        write_parts(folder, PARTS)
        path = folder / name
        path.mkdir() if name == "inner" else path.write_text("mine", encoding="utf-8")
    with pytest.raises(Exists, match="no bundle alone"):
        write_parts(folder, PARTS, force=True)
    assert (folder / name).exists()


@pytest.mark.parametrize("name", ["file", "file.zip", "folder.zip"])
def test_force_never_replaces_another_file(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.mkdir() if name == "folder.zip" else target.write_text("mine", encoding="utf-8")
    with pytest.raises(Exists, match="no bundle alone"):
        write_parts(target, PARTS, force=True)
    assert target.exists()


def test_force_does_not_follow_a_link(tmp_path: Path) -> None:
    write_parts(tmp_path / "real", PARTS)
    (tmp_path / "model").symlink_to(tmp_path / "real")
    with pytest.raises(Exists):
        write_parts(tmp_path / "model", {"manifest.json": b"{}"}, force=True)
    assert read_parts(tmp_path / "model") == PARTS


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        write_parts(tmp_path / "nowhere" / "model", PARTS)


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_after_a_failure_nothing_half_written_stays(tmp_path: Path, name: str) -> None:
    write_parts(tmp_path / name, PARTS)
    broken = {**PARTS, "no/such/folder.json": b"", "zz.json": "text"}
    with pytest.raises((OSError, TypeError)):
        write_parts(tmp_path / name, broken, force=True)  # type: ignore[arg-type]  # on purpose
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert read_parts(tmp_path / name) == PARTS


def test_nothing_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no bundle at"):
        read_parts(tmp_path / "model")


def test_an_empty_folder_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match=r"no manifest\.json"):
        read_bundle(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)])
def test_another_file_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.zip"
    path.write_bytes(content)
    with pytest.raises(BadBundle):
        read_bundle(path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadBundle, match="neither a folder nor a file"):
        read_parts(tmp_path / "pipe")
    with pytest.raises(BadBundle, match="no plain file"):
        read_parts(tmp_path)


@pytest.mark.parametrize("target", ["elsewhere.json", "missing.json", "folder"])
def test_a_link_inside_a_folder_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere.json").write_bytes(PARTS["card.json"])
    (tmp_path / "folder").mkdir()
    write_parts(tmp_path / "model", PARTS)
    (tmp_path / "model" / "card.json").unlink()
    (tmp_path / "model" / "card.json").symlink_to(tmp_path / target)
    with pytest.raises(BadBundle, match=r"card\.json' is a link"):
        read_parts(tmp_path / "model")


def test_a_bundle_may_itself_be_reached_by_a_link(tmp_path: Path) -> None:
    write_parts(tmp_path / "v1", PARTS)
    (tmp_path / "current").symlink_to(tmp_path / "v1")
    assert read_parts(tmp_path / "current") == PARTS


def test_a_folder_inside_is_refused(tmp_path: Path) -> None:
    write_parts(tmp_path / "model", PARTS)
    (tmp_path / "model" / "more").mkdir()
    with pytest.raises(BadBundle, match="'more' is no plain file"):
        read_parts(tmp_path / "model")


def test_what_a_desktop_left_in_the_folder_is_no_part(tmp_path: Path) -> None:
    write_parts(tmp_path / "model", PARTS)
    (tmp_path / "model" / ".DS_Store").write_bytes(b"icons")
    assert read_parts(tmp_path / "model") == PARTS
    write_parts(tmp_path / "model", PARTS, force=True)


@pytest.mark.parametrize(
    "name",
    ["../card.json", "/etc/passwd", "a/b.json", "..\\card.json", "C:card.json", "..", ".", "a/"],
)
def test_a_path_that_leads_out_of_a_zip_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "model.zip", {**PARTS, name: b""})
    with pytest.raises(BadBundle, match="outside it"):
        read_parts(path)


def test_a_name_that_ends_early_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "model.zip", {**PARTS, "more.json@x": b""})
    path.write_bytes(path.read_bytes().replace(b"more.json@x", b"more.json\0x"))
    with pytest.raises(BadBundle, match="outside it"):
        read_parts(path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO])
def test_a_zip_of_anything_but_plain_files_is_refused(tmp_path: Path, kind: int) -> None:
    path = zipped(tmp_path / "model.zip", PARTS, mode=kind | 0o777)
    with pytest.raises(BadBundle, match=r"is a link|is no plain file"):
        read_parts(path)


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "model.zip", {**PARTS, "card.jsoX": b"{}"})
    path.write_bytes(path.read_bytes().replace(b"card.jsoX", b"card.json"))
    with pytest.raises(BadBundle, match="two parts of one name"):
        read_parts(path)


def test_an_unknown_packing_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "model.zip", PARTS, packing=zipfile.ZIP_LZMA)
    with pytest.raises(BadBundle, match="unknown way"):
        read_parts(path)


def test_an_encrypted_part_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path / "model.zip", PARTS).read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    (tmp_path / "model.zip").write_bytes(content)
    with pytest.raises(BadBundle, match="encrypted"):
        read_parts(tmp_path / "model.zip")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "model.zip", {**PARTS, "engine.npz": bytes(1 << 25)})
    assert path.stat().st_size < 1 << 17
    with pytest.raises(BadBundle, match=r"engine\.npz' claims to unpack"):
        read_parts(path)


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_more_bytes_than_a_bundle_may_have_are_refused_unread(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "model"
    if name == "model":
        folder.mkdir()
        with (folder / "manifest.json").open("wb") as file:
            # a file of nothing: it takes no room
            file.truncate(MOST_BYTES + 1)
    else:
        claim_size(zipped(tmp_path / name, PARTS), MOST_BYTES + 1)
    with pytest.raises(BadBundle, match="up to 1,073,741,824"):
        read_parts(tmp_path / name)


def claim_size(path: Path, size: int) -> None:
    """Make a .zip say that its first part is of another size."""
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(mark) + place, size)
    path.write_bytes(content)


@pytest.mark.parametrize("change", [-1, 1, 1000])
def test_a_part_of_another_size_than_announced_is_refused(tmp_path: Path, change: int) -> None:
    path = zipped(tmp_path / "model.zip", PARTS)
    claim_size(path, len(next(iter(PARTS.values()))) + change)
    with pytest.raises(BadBundle):
        read_parts(path)


def test_parts_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """A bomb of many entries over one packed body: each is small, together they are not."""
    content = bytearray(zipped(tmp_path / "model.zip", PARTS).read_bytes())
    at = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 20, len(content))
    (tmp_path / "model.zip").write_bytes(content)
    with pytest.raises(BadBundle, match="lie over each other"):
        read_parts(tmp_path / "model.zip")


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_too_many_parts_are_refused(tmp_path: Path, name: str) -> None:
    write_parts(tmp_path / name, {f"member{at}.json": b"" for at in range(MOST_PARTS + 1)})
    with pytest.raises(BadBundle, match="257 parts"):
        read_parts(tmp_path / name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_truncated_zip_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = zipped(tmp_path / "model.zip", PARTS)
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(BadBundle):
        read_parts(path)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_byte_of_a_zip_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "model.zip"
    write_parts(path, PARTS, force=True)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with pytest.raises(BadBundle):
        read_bundle(path)
    path.unlink()


def test_a_zip_that_somebody_packed_anew_is_still_the_model(tmp_path: Path) -> None:
    path = zipped(tmp_path / "model.zip", PARTS)
    assert dump_model(read_bundle(path)) == PARTS


def test_what_was_added_behind_a_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "model.zip", PARTS)
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(BadBundle):
        read_parts(path)


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_byte_flipped_on_disk_is_refused(tmp_path: Path, name: str) -> None:
    write_parts(tmp_path / "model", PARTS)
    content = bytearray((tmp_path / "model" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "model" / name).write_bytes(content)
    with pytest.raises(BadBundle, match="manifest" if name == "manifest.json" else name):
        read_bundle(tmp_path / "model")


def test_an_operating_point_that_is_none_is_refused_when_opened(tmp_path: Path) -> None:
    model = make_model(operating_point={"tiers": ["Low", "Medium", "High"], "cuts": [2, 1]})
    write_bundle(tmp_path / "model", model)
    with pytest.raises(BadBundle, match="operating_point"):
        read_bundle(tmp_path / "model")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told_as_such(tmp_path: Path) -> None:
    write_parts(tmp_path / "model.zip", PARTS)
    (tmp_path / "model.zip").chmod(0)
    with pytest.raises(NotFound, match="may not be read"):
        read_parts(tmp_path / "model.zip")


def test_the_zips_own_layout_is_fixed(tmp_path: Path) -> None:
    write_parts(tmp_path / "model.zip", PARTS)
    with zipfile.ZipFile(io.BytesIO((tmp_path / "model.zip").read_bytes())) as packed:
        assert packed.namelist() == sorted(PARTS)
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert zlib.crc32(PARTS["card.json"]) == packed.getinfo("card.json").CRC


@pytest.mark.parametrize(
    "name",
    [
        "format_1_tier",
        "format_1_outcome.zip",
        "format_2_tier",
        "format_2_outcome.zip",
        "format_3_deep.zip",
    ],
)
def test_opening_a_bundle_and_scoring_loads_numpy_alone(name: str) -> None:
    command = [sys.executable, "-c", SCORE, str(DATA / name)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("", "")
