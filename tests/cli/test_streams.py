"""Stdin, stdout and JSON: the result alone on stdout, everything else on stderr."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from leadscore.testing.makers import make_frame
from tests.cli.conftest import Made, Run


def test_scores_go_through_a_pipe(made: Made, run: Run) -> None:
    said = run("score", made.model, "-", "-", stdin=made.test.read_bytes())
    assert said.code == 0, said.err
    scored = pd.read_csv(io.StringIO(said.out))
    assert len(scored) == 200
    assert "200 of 200 leads scored" in said.err


def test_stdout_does_not_take_scores_and_json_both(made: Made, run: Run) -> None:
    said = run("score", made.model, made.test, "-", "--json")
    assert (said.code, said.out) == (2, "")
    assert "Give the scores a file" in said.err


def test_a_lead_comes_from_stdin(made: Made, run: Run) -> None:
    said = run("explain", made.model, "-", "--json", stdin='{"income": 250000}')
    assert said.json["lead_id"] is None


def test_a_world_goes_to_stdout(run: Run) -> None:
    said = run("world", "-", "--leads", 20)
    assert len(pd.read_csv(io.StringIO(said.out))) == 20


def test_a_model_is_trained_from_stdin(made: Made, here: Path, run: Run) -> None:
    said = run("train", "-", "--out", "m", "--recipe", "logistic", stdin=made.train.read_bytes())
    assert said.code == 0, said.err
    assert (here / "m" / "manifest.json").is_file()


def test_a_schema_goes_to_stdout(made: Made, here: Path, run: Run) -> None:
    said = run("schema", "infer", made.train, "--label", "tier")
    assert said.code == 0, said.err
    (here / "s.toml").write_text(said.out, encoding="utf-8")
    arguments = ("--out", "m", "--schema", "s.toml", "--recipe", "logistic", "--json")
    trained = run("train", made.train, *arguments)
    assert trained.json["schema"] == "given"


def test_evaluate_sends_its_page_to_stdout(made: Made, run: Run) -> None:
    said = run("evaluate", made.model, made.test, "--out", "-")
    assert said.out.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "command",
    [
        "world {here}/w.csv --leads 50 --json",
        "train {train} --out {here}/m --recipe logistic --json",
        "evaluate {model} {test} --json",
        "score {model} {test} {here}/s.csv --json",
        "explain {model} {lead} --json",
    ],
)
def test_json_is_alone_on_stdout(command: str, made: Made, here: Path, run: Run) -> None:
    names = {one: str(getattr(made, one)) for one in ("train", "test", "lead", "model")}
    said = run(*command.format(here=here, **names).split())
    assert said.code == 0, said.err
    assert isinstance(said.json, dict)


def test_an_error_leaves_stdout_to_the_result(run: Run) -> None:
    said = run("train", "nofile.csv", "--out", "m", "--json")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Error: ")


def test_the_installed_command_tells_a_mistake() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "leadscore", "score", "no", "no.csv", "out.csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_an_interrupt_leaves_nothing_behind(here: Path) -> None:
    make_frame(200, seed=8).to_csv("some.csv", index=False)
    # Whoever starts the tests in the background has the interrupt ignored, and so would the child.
    start = "import signal as s; s.signal(s.SIGINT, s.default_int_handler); "
    start += "from leadscore.__main__ import main; main()"
    command = [sys.executable, "-c", start, "world", "big.csv", "--leads", "50000000"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not list(here.glob(".big.csv.*")) and process.poll() is None:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert {path.name for path in here.iterdir()} == {"some.csv"}
