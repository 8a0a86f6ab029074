"""The settings: one frozen object, read from the environment here and nowhere else."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Any, TypeVar  # Any: each setting has a type of its own
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadscore.errors import BadSettings, Fault

__all__ = ["Secret", "Settings", "environment_settings", "read_settings"]

_Number = TypeVar("_Number", int, float)

_PREFIX = "LEADSCORE_"
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg", "postgres")
#: What examples write where a password belongs.
_PLACEHOLDERS = frozenset(["change-me", "changeme", "changethis"])
_LEVELS = ("debug", "info", "warning", "error")
_SHORTEST_KEY = 16
#: Less like one of our names than this, a name is somebody else's and not one of ours mistyped.
_ALIKE = 0.85
#: Kubernetes sets LEADSCORE_PORT=tcp://… in every pod beside a service named leadscore.
_LINKED = "tcp://"


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no log and no traceback shows.

    Parameters
    ----------
    text : str
        The secret itself.

    Examples
    --------
    >>> Secret("hunter2")
    Secret(…)
    """

    text: str

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator can set; ``docs/settings.md`` has a line for each.

    Parameters
    ----------
    database_url : Secret
        Where leads, scores and models are kept.
    database_pool : int
        How many connections a process holds open at most.
    database_timeout : float
        How long to wait for a connection or a lock, in seconds.
    host : str
        The address that the service listens on.
    port : int
        Its port; 0 takes a free one.
    time_zone : ZoneInfo
        The time zone of the sales team.
    keep_scores_days, keep_events_days : int, optional
        After how many days scores and events are removed; never where None.
    processes : int
        How many processes serve.
    rate_per_minute : int
        How many requests a key may make in a minute, unless it has a limit of its own.
    body_megabytes : int
        How large a request may be.
    metrics_key : Secret, optional
        What `/metrics` asks for; it is open to everybody who reaches the port where None.
    lease_minutes : int
        How long a claim holds.
    explore_share : float
        How many of the leads are called by lot instead of by rank, 0-1.
    typical_value : float
        What a conversion brings where that is not known of a lead.
    webhook_hosts : tuple of str
        Hosts and networks of one's own that webhooks may go to.
    worker_seconds : float
        How long the worker waits when there is nothing to do.
    log_level : str
        From which level on is logged.
    otlp_endpoint : str, optional
        Where traces are sent; nowhere where None.
    """

    database_url: Secret = Secret("sqlite:///./leadscore.db")
    database_pool: int = 10
    database_timeout: float = 5.0
    host: str = "127.0.0.1"
    port: int = 8000
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    keep_scores_days: int | None = None
    keep_events_days: int | None = None
    processes: int = 1
    rate_per_minute: int = 600_000
    body_megabytes: int = 32
    metrics_key: Secret | None = None
    lease_minutes: int = 30
    explore_share: float = 0.05
    typical_value: float = 1.0
    webhook_hosts: tuple[str, ...] = ()
    worker_seconds: float = 1.0
    log_level: str = "info"
    otlp_endpoint: str | None = None


def environment_settings() -> Settings:
    """Return the settings of this process's environment; see `read_settings`."""
    return read_settings(os.environ)  # noqa: TID251 -- the one place where it is read


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings; one that is not set, or set to nothing, has its default.

    Parameters
    ----------
    environment : mapping of str to str
        Variables by name; those without ``LEADSCORE_`` in front are others'.

    Raises
    ------
    BadSettings
        If values are not allowed, or a name is one of ours mistyped; all at once.

    Examples
    --------
    >>> read_settings({"LEADSCORE_PORT": "8080"}).port
    8080
    """
    given = {
        name: environment[_variable(name)] for name in _RULES if environment.get(_variable(name))
    }
    values: dict[str, Any] = {}
    faults = list(_mistyped(environment))
    for name, text in given.items():
        rule = _RULES[name]
        try:
            values[name] = rule.parse(text)
        except ValueError:
            got = "a value not shown here" if rule.secret else repr(text)
            faults.append(Fault(field=_variable(name), got=got, allowed=rule.allowed))
    if faults:
        raise BadSettings(
            "The settings in the environment cannot be used.",
            faults=tuple(faults),
            next_step=_next_step(given),
        )
    return replace(Settings(), **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How one setting is read: ValueError for what is not allowed, and what is."""

    parse: Callable[[str], Any]
    allowed: str
    secret: bool = False


def _variable(name: str) -> str:
    return _PREFIX + name.upper()


def _mistyped(environment: Mapping[str, str]) -> Iterator[Fault]:
    """Yield the names that are nearly one of ours; a typing error would have no effect else."""
    ours = [_variable(one.name) for one in fields(Settings)]
    for name in sorted(set(environment) - set(ours)):
        meant = get_close_matches(name, ours, n=1, cutoff=_ALIKE) if _is_ours(name) else []
        if meant:
            yield Fault(field=name, got="an unknown setting", allowed=f"{meant[0]}, if you mean it")


def _is_ours(name: str) -> bool:
    return name.startswith(_PREFIX)


def _next_step(given: Mapping[str, str]) -> str:
    if given.get("port", "").startswith(_LINKED):
        return (
            "Kubernetes sets LEADSCORE_PORT beside a service named leadscore: give the service "
            "another name, or the pod `enableServiceLinks: false`."
        )
    return "docs/settings.md has a line for each setting."


def _whole(low: int, high: int) -> _Rule:
    def parse(text: str) -> int:
        return _within(int(text), low, high)

    return _Rule(parse=parse, allowed=f"a whole number from {low} to {high}")


def _seconds(low: float, high: float) -> _Rule:
    def parse(text: str) -> float:
        return _within(float(text), low, high)

    return _Rule(parse=parse, allowed=f"seconds from {low} to {high}")


def _number(low: float, high: float) -> _Rule:
    def parse(text: str) -> float:
        return _within(float(text), low, high)

    return _Rule(parse=parse, allowed=f"a number from {low:,g} to {high:,g}")


def _within(value: _Number, low: _Number, high: _Number) -> _Number:
    if not low <= value <= high:
        raise ValueError(value)
    return value


def _host(text: str) -> str:
    if any(mark.isspace() or mark in "/@" for mark in text):
        raise ValueError(text)
    return text


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(text) from error


def _database(text: str) -> Secret:
    parts = urlsplit(text)
    placeholder = (parts.password or "").lower() in _PLACEHOLDERS
    no_file = parts.scheme == "sqlite" and parts.path.strip("/") in ("", ":memory:")
    if parts.scheme not in _DATABASES or placeholder or no_file:
        raise ValueError(parts.scheme)
    return Secret(text)


def _level(text: str) -> str:
    if text.lower() not in _LEVELS:
        raise ValueError(text)
    return text.lower()


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(text)
    return text


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(_host_or_network(one.strip()) for one in text.split(",") if one.strip())


def _host_or_network(text: str) -> str:
    if "/" in text:
        return str(ip_network(text))
    return _host(text).lower()


def _password(text: str) -> Secret:
    if len(text) < _SHORTEST_KEY or text.lower() in _PLACEHOLDERS:
        raise ValueError(len(text))
    return Secret(text)


_DAYS = _whole(1, 36_500)
_RULES: Mapping[str, _Rule] = {
    "database_url": _Rule(
        parse=_database,
        allowed="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME, no placeholder for "
        "a password",
        secret=True,
    ),
    "database_pool": _whole(1, 500),
    "database_timeout": _seconds(0.1, 300),
    "host": _Rule(parse=_host, allowed="a host name or an address"),
    "port": _whole(0, 65_535),
    "time_zone": _Rule(
        parse=_zone, allowed="a name of the time zone database, such as Europe/Berlin"
    ),
    "keep_scores_days": _DAYS,
    "keep_events_days": _DAYS,
    "processes": _whole(1, 64),
    "rate_per_minute": _whole(1, 100_000_000),
    "body_megabytes": _whole(1, 2_000),
    "metrics_key": _Rule(
        parse=_password, allowed=f"a text of at least {_SHORTEST_KEY} characters", secret=True
    ),
    "lease_minutes": _whole(1, 1_440),
    "explore_share": _number(0, 1),
    "typical_value": _number(0, 1e12),
    "webhook_hosts": _Rule(
        parse=_hosts, allowed="host names, addresses and networks such as 10.0.0.0/8, with commas"
    ),
    "worker_seconds": _seconds(0.01, 3_600),
    "log_level": _Rule(parse=_level, allowed=f"one of {', '.join(_LEVELS)}"),
    "otlp_endpoint": _Rule(parse=_url, allowed="an address such as http://localhost:4318"),
}
