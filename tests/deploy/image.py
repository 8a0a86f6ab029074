"""The image's steps without a container engine: the Dockerfile, carried out in a folder.

What the Dockerfile names below /opt, /build and /data is kept below the folder instead. Two steps
are done otherwise: the base image is the Python at hand, and what lock.txt would install is lent by
the environment that the tests run in.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Image", "build_image", "instructions"]

FOLDERS = re.compile(r"(?<![\w.])/(?=(?:opt|build|data)\b)")
#: Instructions that change nothing here.
SAID_ALONE = frozenset({"ARG", "EXPOSE", "STOPSIGNAL", "VOLUME"})
LOCKED = "--require-hashes --only-binary=:all: -r lock.txt"


@dataclass
class Image:
    """What the last stage of a Dockerfile says."""

    root: Path
    workdir: Path
    environment: dict[str, str]
    user: int | None = None
    commands: dict[str, list[str]] = field(default_factory=dict)

    def argv(self, *command: str) -> list[str]:
        """Return what a container runs; its own command where none is given."""
        return [*self.commands["ENTRYPOINT"], *(command or self.commands["CMD"])]

    def run(self, argv: list[str], **environment: str) -> tuple[int, str]:
        """Run a command as the image's user; return its exit code and what it said."""
        process = self.start(argv, **environment)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said

    def start(self, argv: list[str], **environment: str) -> "subprocess.Popen[str]":
        """Start a command as the image's user."""
        return subprocess.Popen(
            argv,
            env=self.environment | environment,
            cwd=self.workdir,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def instructions(dockerfile: Path) -> Iterator[tuple[str, str]]:
    """Yield each instruction and what it is given, continued lines joined."""
    lines = dockerfile.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


def build_image(dockerfile: Path, context: Path, root: Path) -> Image:
    """Carry out every instruction; one that is not known here is an error."""
    image = Image(root, root, _bare())
    for word, rest in instructions(dockerfile):
        told = FOLDERS.sub(f"{root}/", rest)
        if word == "FROM":
            image = Image(root, root, _bare())
        elif word == "COPY":
            _copy(shlex.split(told), context, image.workdir)
        elif word == "RUN":
            _step(told, image)
        elif word not in SAID_ALONE:
            _note(word, told, image)
    return image


def _note(word: str, told: str, image: Image) -> None:
    """Note what an instruction says of how the image is run."""
    match word:
        case "WORKDIR":
            image.workdir = Path(told)
            image.workdir.mkdir(parents=True, exist_ok=True)
        case "ENV":
            image.environment |= _named(told, image.environment)
        case "USER":
            image.user = int(told.partition(":")[0]) if os.geteuid() == 0 else None
        case "ENTRYPOINT" | "CMD":
            image.commands[word] = json.loads(told)
        case "HEALTHCHECK":
            image.commands[word] = json.loads(told.partition("CMD ")[2])
        case _:
            raise AssertionError(f"the test does not know how to do {word} {told}")


def _bare() -> dict[str, str]:
    """Return the environment of an empty container, with the Python of the base image in it."""
    return {"PATH": f"{_python().parent}:/usr/bin:/bin", "LANG": "C.UTF-8"}


def _python() -> Path:
    """Return a Python of our version that the image's user may run."""
    here = Path(sys.executable).resolve()
    named = f"python{sysconfig.get_python_version()}"
    for one in (here, Path("/usr/local/bin") / named, Path("/usr/bin") / named):
        asked = [str(one), "-c", "import ensurepip, venv"]
        user = 10001 if os.geteuid() == 0 else None
        if one.exists() and _works(asked, user):
            return one
    return here


def _works(argv: list[str], user: int | None) -> bool:
    try:
        run = subprocess.run(argv, user=user, cwd="/", capture_output=True, check=False)
    except PermissionError:
        return False
    return run.returncode == 0


def _named(told: str, known: Mapping[str, str]) -> dict[str, str]:
    pairs = (one.partition("=") for one in shlex.split(told))
    return {name: value.replace("$PATH", known["PATH"]) for name, _, value in pairs}


def _copy(arguments: list[str], context: Path, workdir: Path) -> None:
    if arguments[0].startswith("--from="):
        _, before, after = arguments
        # the stages share the folder, so that what is copied between them is where it belongs
        assert before == after
        assert Path(before).exists()
        return
    *sources, last = arguments
    target = workdir / last
    for one in sources:
        source = context / one
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / source.name if len(sources) > 1 else target)


def _step(told: str, image: Image) -> None:
    if LOCKED in told:
        lib = next((image.root / "opt/leadscore/lib").glob("python*"))
        lent = f"{sysconfig.get_path('purelib')}\n"
        (lib / "site-packages" / "lent.pth").write_text(lent, encoding="utf-8")
        return
    if os.geteuid() != 0:
        told = told.replace("-o 10001 -g 10001 ", "")
    if told.startswith("python -m venv"):
        told = told.replace("python", str(_python()), 1)
    done = subprocess.run(
        ["/bin/sh", "-ec", told],
        env=image.environment | {"HOME": str(image.root)},
        cwd=image.workdir,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{told}\n{done.stdout}\n{done.stderr}"
