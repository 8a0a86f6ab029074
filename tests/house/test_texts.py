"""What is committed names no machine and no registry, and its links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT

KINDS = {
    ".cfg",
    ".css",
    ".html",
    ".j2",
    ".json",
    ".md",
    ".py",
    ".pyi",
    ".sh",
    ".svg",
    ".toml",
    ".txt",
}
FOLDERS = ("src", "tests", "docs", "benchmarks", "examples", "deploy", ".ci")
#: Written in two halves so that this file does not find itself.
HOST = re.compile("file:" + "///|//(?:files|test)?[.]?" + "py(?:pi|thonhosted)[.]org|/simp" + "le/")
MACHINE = re.compile("(?<![\\w./-])/(?:home|root|Us" + "ers|opt|work|tmp)/\\w")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def _texts() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.suffix in KINDS or path.name == "Makefile")
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and (path.suffix in KINDS or folder == ".ci"):
                yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


TEXTS = sorted(_texts())
PAGES = [path for path in TEXTS if path.suffix == ".md"]


@pytest.mark.parametrize("path", TEXTS, ids=_name)
def test_a_text_names_no_registry_and_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert HOST.findall(text) == []
    assert MACHINE.findall(text) == []


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_link_leads_somewhere(path: Path) -> None:
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("name", ["lock.txt", "lock-dev.txt"])
def test_every_pin_of_a_lock_is_exact_and_hashed(name: str) -> None:
    pins = re.split(r"\n(?=[a-z])", (ROOT / name).read_text(encoding="utf-8"))[1:]
    assert pins
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_both_locks_agree() -> None:
    run, dev = (
        set(re.findall(r"^[a-z][^ ]*==[^ ]+", (ROOT / name).read_text(encoding="utf-8"), re.M))
        for name in ("lock.txt", "lock-dev.txt")
    )
    assert run <= dev
