"""What a verb says: its result on stdout, everything else on stderr."""

import json
import sys
import threading
from collections.abc import Mapping
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console

from leadscore.errors import LeadscoreError, Unavailable, UserError

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

__all__ = [
    "Watch",
    "print_error",
    "print_json",
    "print_note",
    "print_warning",
    "say",
    "stderr",
    "stdout",
]

#: Work that takes longer than this many seconds shows how far it is.
_PATIENCE = 2.0


def stdout() -> Console:
    """Return the console for results that a person reads."""
    return Console(highlight=False)


def stderr() -> Console:
    """Return the console for everything that is not the result."""
    return Console(stderr=True, highlight=False)


def say(words: str, *, style: str = "", to: Console | None = None) -> None:
    """Print a line as it is: what looks like markup is text, and a long line stays one line."""
    (to or stdout()).print(words, style=style, markup=False, soft_wrap=True)


def print_warning(words: str, advice: str, *, to: Console | None = None) -> None:
    """Print what could fool the reader, and what to do about it."""
    say(f"! {words}", style="yellow", to=to)
    if advice:
        say(f"  {advice}", to=to)


def print_note(words: str, /) -> None:
    """Say on stderr what is good to know, and no part of the result."""
    say(words, to=stderr())


def print_json(value: Mapping[str, object] | list[object]) -> None:
    """Print one JSON value to stdout, and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def print_error(error: LeadscoreError) -> None:
    """Say on stderr what went wrong and what to do next."""
    words = error.words() if isinstance(error, UserError) else str(error)
    stderr().print("Error:", style="bold red", end=" ")
    say(words, to=stderr())
    if isinstance(error, Unavailable) and error.detail:
        say(error.detail, to=stderr())


class Watch:
    """A progress bar on stderr that only shows when the work takes long.

    As a context. It is told what is being done (`tell`), or how many things are done (`count`), and
    says how many that is a second; it draws nothing where stderr is no terminal.

    Parameters
    ----------
    words : str
        What is being done.
    total : int, optional
        How many things there are to do, where that is known.
    """

    def __init__(self, words: str, *, total: int | None = None) -> None:
        self._words = words
        self._total = total
        self._done = 0
        self._began: tuple[float, int] | None = None
        self._rate = 0.0
        self._bar: Progress | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True

    def tell(self, words: str, /) -> None:
        """Say what is being done now."""
        self._words = words
        self._update()

    def count(self, done: int, total: int | None = None, /) -> None:
        """Say how many things are done by now, and of how many where that is known."""
        now = perf_counter()
        # what was done before anyone watched says nothing of how fast it goes
        self._began = self._began or (now, done)
        begun, first = self._began
        self._rate = (done - first) / (now - begun) if now > begun else 0.0
        self._done, self._total = done, total or self._total
        self._update()

    def __enter__(self) -> Self:
        if stderr().is_terminal:
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    def _show(self) -> None:
        from rich import progress  # noqa: PLC0415

        with self._lock:
            self._bar = progress.Progress(*self._columns(), console=stderr(), transient=True)
            self._bar.add_task(self._words, total=self._total, counted="")
            self._bar.start()
        self._update()

    def _columns(self) -> "tuple[ProgressColumn, ...]":
        from rich import progress  # noqa: PLC0415

        return (
            progress.SpinnerColumn(),
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=20),
            progress.TextColumn("{task.fields[counted]}"),
            # the time gone by, where that left cannot be told
            *([] if self._left() else [progress.TimeElapsedColumn()]),
        )

    def _counted(self) -> str:
        if not self._done:
            return ""
        of = "" if self._total is None else f" of {self._total:,}"
        rate = f", {self._rate:,.0f}/s" if self._rate else ""
        return f"{self._done:,}{of}{rate}{self._left()}"

    def _left(self) -> str:
        if not self._rate or self._total is None:
            return ""
        seconds = max(0, round((self._total - self._done) / self._rate))
        return f", {seconds // 60}:{seconds % 60:02} left"

    def _update(self) -> None:
        with self._lock:
            if self._bar is None:
                return
            self._bar.columns = self._columns()
            self._bar.update(
                self._bar.task_ids[0],
                description=self._words,
                completed=self._done,
                total=self._total,
                counted=self._counted(),
            )
