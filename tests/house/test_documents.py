"""The pages' examples run: what a reader copies works.

In each page the ``python`` blocks and the ``leadscore`` lines of the ``sh`` blocks run in order, in
one empty folder, and a block knows the names of those before it. A block that is
only to be looked at has another word (``text``, ``console``).
"""

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT

BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.M | re.S)
#: Commands that need another environment than the one that tests run in.
OUTSIDE = frozenset(["cd", "docker", "git", "make", "pip", "python", "python3", "source"])

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def _run_python(code: str, names: dict[str, object]) -> dict[str, object]:
    """Run the block with the names known so far; return those known after it."""
    script = Path("block.py")
    script.write_text(code, encoding="utf-8")
    return runpy.run_path(str(script), init_globals=names)


def _run_shell(lines: str) -> None:
    for line in lines.replace("\\\n", " ").splitlines():
        command, *arguments = shlex.split(line, comments=True) or ["cd"]
        assert command in OUTSIDE | {"leadscore"}, f"the test does not know how to run {line!r}"
        if command == "leadscore":
            target = _redirect(arguments)
            run = subprocess.run(
                [sys.executable, "-m", "leadscore", *arguments],
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, f"{line}\n{run.stderr}"
            if target:
                Path(target).write_text(run.stdout, encoding="utf-8")


def _redirect(arguments: list[str]) -> str:
    """Take ``> file`` off the arguments."""
    if ">" not in arguments:
        return ""
    *arguments[:], _, target = arguments
    return target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for kind, code in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "python":
            names = _run_python(code, names)
        else:
            _run_shell(code)
