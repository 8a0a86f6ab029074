"""The progress bar: on a terminal, past two seconds, and never on stdout."""

import pytest
from rich.console import Console

from leadscore.cli import screen
from leadscore.cli.screen import Watch, print_error, say
from leadscore.errors import BadRequest, MissingExtra


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(force_terminal=True, width=80, record=True, file=None)
    monkeypatch.setattr(screen, "stderr", lambda: console)
    return console


def test_quick_work_shows_nothing(terminal: Console, capsys: pytest.CaptureFixture[str]) -> None:
    with Watch("Working") as watch:
        watch.count(5)
    assert terminal.export_text() == ""
    assert capsys.readouterr().out == ""


def test_long_work_shows_what_and_how_far(
    terminal: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_PATIENCE", 0.0)
    with Watch("Working", total=2000) as watch:
        while watch._bar is None:
            pass
        watch.tell("Measuring")
        watch.count(1000)
        watch._bar.refresh()
    text = terminal.export_text()
    assert "Measuring" in text
    assert "1,000 of 2,000" in text


def test_a_count_says_how_fast_it_grows_and_what_is_left(
    terminal: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "_PATIENCE", 0.0)
    clock = iter([10.0, 11.0, 12.0])
    monkeypatch.setattr(screen, "perf_counter", lambda: next(clock))
    with Watch("Scoring") as watch:
        while watch._bar is None:
            pass
        watch.count(1_000_000, 99_000_000)
        watch.count(3_000_000, 99_000_000)
        watch.count(5_000_000, 99_000_000)
        watch._bar.refresh()
    last = terminal.export_text().split("Scoring")[-1]
    assert "5,000,000 of 99,000,000, 2,000,000/s, 0:47 left" in last
    assert "0:00:0" not in last


def test_no_terminal_has_no_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screen, "_PATIENCE", 0.0)
    with Watch("Working") as watch:
        watch.tell("Measuring")
    assert capsys.readouterr() == ("", "")


def test_what_looks_like_markup_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    say("leads [bold].csv")
    print_error(BadRequest("The file '[red].csv' is odd."))
    out, err = capsys.readouterr()
    assert out == "leads [bold].csv\n"
    assert err == "Error: The file '[red].csv' is odd.\n"


def test_an_error_that_is_nobodys_mistake_is_told_as_well(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_error(MissingExtra("Install leadscore[fast]."))
    assert capsys.readouterr().err == "Error: Install leadscore[fast].\n"


def test_a_long_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say("word " * 100)
    assert capsys.readouterr().out.count("\n") == 1
