"""The scoring service under load, beside what is usual: requests a second, and the slowest of 100.

    OMP_NUM_THREADS=1 python benchmarks/serve.py [SECONDS]

`leadscore serve` with its default model on SQLite answers POST /v1/score: every answer explained,
keys checked, limits and metrics on. Beside it, on the same server (uvicorn) with FastAPI: a
route that always answers the same JSON; the usual service, which puts a lead into a DataFrame,
scales it and asks XGBClassifier's predict and predict_proba (the specified 300 rounds of trees of
depth 6), and explains nothing; and the same with pred_contribs. Each server has the first core, wrk
the second; they take turns, SECONDS each (2), with 16 and with 64 connections, five times over. The
best time counts, since what else runs on the machine only ever slows them. The processor's time
that a server takes for a request is counted as well: a busy machine changes it least. Every request
is another of 500 leads.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any  # Any: what pydantic takes for a field
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pandas as pd

from leadscore.library import save_model, train_model
from leadscore.world.seed import generate

PORT = 8951
CONNECTIONS = (16, 64)
ROUNDS = 5
LEADS = 500
NAMES = ("Low", "Medium", "High")
#: How many times their requests a second ours are to be.
BARS = (("usual", 15), ("usual and pred_contribs", 80), ("constant JSON", 0.7))
SLOWEST_BAR = 15

_OURS = dict(os.environ)  # noqa: TID251 -- what a server inherits, and our settings beside it

WRK = """
local bodies = {{{bodies}}}
local requests, at = {{}}, 0
local headers = {{["Content-Type"] = "application/json", ["Authorization"] = "Bearer {key}"}}
function init()
  for i, body in ipairs(bodies) do
    requests[i] = wrk.format("POST", "{path}", headers, body)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
"""


def frame(leads: int, seed: int) -> pd.DataFrame:
    """Return leads of the seed world, with their tier."""
    world = generate(leads, seed=seed)
    return pd.DataFrame(dict(world.columns)).assign(tier=np.array(NAMES)[world.tier])


def peers() -> object:
    """Return the usual service; uvicorn's factory."""
    # in the server's process alone
    import xgboost  # noqa: PLC0415
    from fastapi import FastAPI  # noqa: PLC0415
    from pydantic import BaseModel, create_model  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    train = frame(10_000, seed=42)
    classes = train.pop("tier").map({name: place for place, name in enumerate(NAMES)})
    scaler = StandardScaler().fit(train)
    classifier = xgboost.XGBClassifier(n_estimators=300, max_depth=6, n_jobs=1)
    classifier.fit(scaler.transform(train), classes)
    booster = classifier.get_booster()
    given: dict[str, Any] = dict.fromkeys(train.columns, (float, ...))
    lead_type = create_model("Lead", **given)
    app = FastAPI()

    def answer(lead: BaseModel, *, explained: bool) -> dict[str, object]:
        scaled = scaler.transform(pd.DataFrame([lead.model_dump()]))
        place = int(classifier.predict(scaled)[0])
        told = classifier.predict_proba(scaled)[0]
        shares = {name: float(one) for name, one in zip(NAMES, told, strict=True)}
        tier = NAMES[place]
        found: dict[str, object] = {"tier": tier, "confidence": shares[tier], "shares": shares}
        if explained:
            matrix = xgboost.DMatrix(scaled, nthread=1)
            effects = booster.predict(matrix, pred_contribs=True)[0, place].tolist()
            found["effects"] = dict(zip(train.columns, effects, strict=False))
        return found

    def usual(lead: BaseModel) -> dict[str, object]:
        return answer(lead, explained=False)

    def with_contribs(lead: BaseModel) -> dict[str, object]:
        return answer(lead, explained=True)

    async def constant() -> dict[str, str]:
        return {"status": "ok"}

    for path, route in (("/usual", usual), ("/contribs", with_contribs)):
        route.__annotations__["lead"] = lead_type
        app.post(path)(route)
    app.post("/constant")(constant)
    app.get("/health/live")(constant)
    return app


@contextmanager
def running(
    command: list[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a server on the first core until the context ends; yield its process id."""
    told = {**_OURS, **(environment or {})}
    whole = ["taskset", "-c", "0", sys.executable, *command]
    with subprocess.Popen(whole, env=told) as server:  # noqa: S603 -- our own line
        try:
            wait_for(port, server)
            yield server.pid
        finally:
            server.terminate()
            server.wait(60)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    for _ in range(600):
        if server.poll() is not None:
            sys.exit(f"A server ended with {server.returncode}.")
        try:
            urlopen(f"http://127.0.0.1:{port}/health/live").close()
        except URLError:
            time.sleep(0.2)
        else:
            return
    sys.exit("A server did not start.")


def ours(folder: Path) -> tuple[dict[str, str], str]:
    """Make a model, a database and a key; return the service's environment and the key."""
    save_model(train_model(frame(10_000, seed=42), schema="investor"), folder / "model")
    environment = {
        "LEADSCORE_DATABASE_URL": f"sqlite:///{folder / 'leadscore.db'}",
        "LEADSCORE_PORT": str(PORT),
        "LEADSCORE_RATE_PER_MINUTE": "100000000",
        "LEADSCORE_LOG_LEVEL": "warning",
    }
    run = subprocess.run
    ask = [sys.executable, "-m", "leadscore"]
    told = {**_OURS, **environment}
    run([*ask, "db", "upgrade"], env=told, check=True, capture_output=True)
    made = run(
        [*ask, "keys", "create", "--role", "service", "--json"],
        env=told,
        check=True,
        capture_output=True,
    )
    return environment, json.loads(made.stdout)["key"]


def script(folder: Path, name: str, path: str, key: str) -> Path:
    """Write what wrk asks of a route."""
    leads = frame(LEADS, seed=7).drop(columns="tier").to_dict("records")
    texts = (json.dumps({name: int(value) for name, value in lead.items()}) for lead in leads)
    bodies = ",".join(f"[[{text}]]" for text in texts)
    file = folder / f"{name.replace(' ', '_')}.lua"
    file.write_text(WRK.format(bodies=bodies, key=key, path=path), encoding="utf-8")
    return file


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load showed: requests a second, the slowest of 100 in ms, CPU us a request."""

    rate: float
    slowest: float
    cost: float


def load(file: Path, port: int, pid: int, *, connections: int, seconds: int) -> Loaded:
    """Load a route."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency"]
    before = cpu(pid)
    told = subprocess.run(  # noqa: S603 -- our own line
        [*command, "--timeout", "20", "-s", str(file), f"http://127.0.0.1:{port}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    spent = cpu(pid) - before
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(told)
    [count] = re.findall(r"(\d+) requests in", told)
    if count == "0":
        return Loaded(rate=0.0, slowest=inf, cost=inf)
    [(size, unit)] = re.findall(r"99%\s+([0-9.]+)(us|ms|s)", told)
    [rate] = re.findall(r"Requests/sec:\s+([0-9.]+)", told)
    return Loaded(
        rate=float(rate),
        slowest=float(size) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[unit],
        cost=spent / int(count),
    )


def cpu(pid: int) -> float:
    """Return the processor's time that a process took so far, in us."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text(encoding="ascii").split()[0]) for one in threads) / 1e3


def measure(ways: Mapping[str, Callable[[int], Loaded]]) -> None:
    """Load one after the other and again, and print."""
    for connections in CONNECTIONS:
        found: dict[str, list[Loaded]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, way in ways.items():
                found[name].append(way(connections))
        print(f"\n{connections} connections")
        rate = {name: max(one.rate for one in each) for name, each in found.items()}
        slowest = {name: min(one.slowest for one in each) for name, each in found.items()}
        cost = {name: min(one.cost for one in each) for name, each in found.items()}
        for name in ways:
            print(
                f"{name:<26}{rate[name]:>10,.0f} requests/s{slowest[name]:>10.1f} ms (99 of 100)"
                f"{cost[name]:>10,.0f} us CPU"
            )
        for peer, bar in BARS:
            times, by_cost = rate["ours"] / rate[peer], cost[peer] / cost["ours"]
            print(f"{times:>8.2f} × {peer}, by CPU {by_cost:.2f} (wanted: {bar})")
        less = slowest["usual"] / slowest["ours"]
        print(f"99 of 100 in 1/{less:.1f} of usual (wanted: 1/{SLOWEST_BAR})")


def main() -> None:
    """Start both servers, load them, print."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        environment, key = ours(folder)
        serve = ["-m", "leadscore", "serve", "--model", str(folder / "model")]
        own = stack.enter_context(running(serve, PORT, environment))
        usual = [
            "-m",
            "uvicorn",
            "serve:peers",
            "--factory",
            "--app-dir",
            str(Path(__file__).parent),
        ]
        quiet = ["--port", str(PORT + 1), "--log-level", "warning", "--no-access-log"]
        other = stack.enter_context(running([*usual, *quiet], PORT + 1))
        routes = {
            "ours": (own, PORT, "/v1/score"),
            "usual": (other, PORT + 1, "/usual"),
            "usual and pred_contribs": (other, PORT + 1, "/contribs"),
            "constant JSON": (other, PORT + 1, "/constant"),
        }

        def way(name: str) -> Callable[[int], Loaded]:
            pid, port, path = routes[name]
            file = script(folder, name, path, key)
            return lambda count: load(file, port, pid, connections=count, seconds=seconds)

        ways = {name: way(name) for name in routes}
        for one in ways.values():
            one(CONNECTIONS[0])  # warms up
        measure(ways)


if __name__ == "__main__":
    main()
