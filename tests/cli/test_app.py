"""What all verbs share: help with an example, a version, quick to load."""

import subprocess
import sys

import pytest

import leadscore
from tests.cli.conftest import Run

VERBS = (
    "demo",
    "world",
    "schema infer",
    "audit",
    "train",
    "evaluate",
    "score",
    "explain",
    "claims",
)


def test_every_verb_is_in_the_help(run: Run) -> None:
    said = run("--help")
    assert said.code == 0
    assert all(verb.split()[0] in said.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_help_with_an_example(verb: str, run: Run) -> None:
    said = run(*verb.split(), "--help")
    assert said.code == 0
    assert f"Example: leadscore {verb}" in " ".join(said.out.split())


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"leadscore {leadscore.__version__}\n"


def test_without_a_verb_there_is_help(run: Run) -> None:
    said = run()
    assert said.code == 2
    assert "Commands" in said.out + said.err


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['leadscore', '--help']\n"
        "from leadscore.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'pandas', 'sklearn', 'xgboost'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"
