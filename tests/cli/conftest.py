"""A world and a model that the verbs are tried on, made once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadscore.cli.app import app
from leadscore.testing.makers import make_frame, make_lead

__all__ = ["Made", "Run", "Said"]


@dataclass(frozen=True)
class Said:
    """What a verb left behind: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """The result; stdout must be nothing else."""
        found: dict[str, object] = json.loads(self.out)
        return found


Run = Callable[..., Said]


@dataclass(frozen=True)
class Made:
    """Files that are there before each test; tests write elsewhere."""

    train: Path
    test: Path
    lead: Path
    model: Path


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a verb inside this process."""

    def invoke(*arguments: object, stdin: str | bytes = "") -> Said:
        result = CliRunner().invoke(app, [str(one) for one in arguments], input=stdin)
        known = result.exception is None or isinstance(result.exception, SystemExit)
        assert known, f"a traceback: {result.exception!r}"
        return Said(result.exit_code, result.stdout, result.stderr)

    return invoke


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Made:
    """Return leads, a lead and a model."""
    folder = tmp_path_factory.mktemp("made")
    found = Made(
        train=folder / "train.csv",
        test=folder / "test.csv",
        lead=folder / "lead.json",
        model=folder / "model",
    )
    make_frame(900, seed=1).to_csv(found.train, index=False)
    make_frame(200, seed=2).to_csv(found.test, index=False)
    found.lead.write_text(json.dumps(make_lead(lead_id="L7")), encoding="utf-8")
    said = run("train", found.train, "--out", found.model, "--recipe", "logistic")
    assert said.code == 0, said.err
    return found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
