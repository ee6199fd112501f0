"""How many requests the API answers, beside an endpoint that returns a constant."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recsys.storage.connections import connect

SIZES = (2_500, 1_000_000)
"""Customers: as many as the default shop has, and so many that hardly any is asked for twice."""
CLIENTS = (32, 8, 1)
SECONDS = 4.0
WARM_UP_SECONDS = 2.0
ROUNDS = 3
LEAST_SHARE = 1 / 2
"""Of the bare endpoint's throughput, with any number of clients."""
MOST_MILLISECONDS = 2.0
"""For one request after the other, the median."""
TABLES = """
create schema made.marts;
create table made.marts.customers as
select i::varchar as customer_id from range(1, $customers + 1) as ids (i) order by customer_id;
create table made.marts.products as
select
    (1000000 + i)::varchar as product_id, 'Product number ' || i || ', 250 g' as title,
    'CATEGORY ' || (i % 300) as category, 'Brand ' || (i % 2000) as brand,
    null::varchar as recommend_as, null::varchar as why_not,
    round((hash(i) % 10000) / 100, 2)::decimal(18, 4) as price,
    i < 10000 as is_recommendable, 100000 - i as customers
from range(100000) as ids (i) order by product_id;
create table made.marts.recommendations as
select
    customer_id, list_type, rank::integer as rank,
    (1000000 + hash(customer_id, list_type, rank) % 10000)::varchar as product_id,
    1 / rank + (hash(customer_id) % 1000) / 1e4 as score,
    .5 / rank + (hash(customer_id) % 1000) / 1e5 as probability, 'hybrid' as recommender,
    'You buy this about every ' || (hash(rank, customer_id) % 30) || ' days; last on 21 May 2017'
        as reason,
    (1000000 + hash(rank, customer_id) % 10000)::varchar as reason_product_id,
    '3fa85f64-5717-4562-b3fc-2c963f66afa6' as run_id,
    timestamp '2018-01-01 06:00' as generated_at
from made.marts.customers
cross join (values ('buy_again'), ('discover'), ('next_basket')) as lists (list_type)
cross join range(1, 11) as ranks (rank)
order by customer_id, list_type, rank
"""


@dataclass(frozen=True)
class Asked:
    """What a server did in one round."""

    per_second: float
    median: float
    """Milliseconds."""
    slowest: float
    """Milliseconds; one of a hundred requests takes longer."""


def main(sizes: list[int]) -> None:
    """Throughput of the API, beside an endpoint that returns a constant."""
    missed = []
    with tempfile.TemporaryDirectory() as folder, _serving("bare") as bare:
        for customers in sizes or SIZES:
            database = Path(folder) / f"{customers}.duckdb"
            _make(database, customers)
            mebibytes = database.stat().st_size / 2**20
            print(f"{customers:,} customers, 30 rows each, {mebibytes:,.0f} MiB")
            with _serving("ours", str(database)) as ours:
                missed += _compared(bare, ours, customers)
    if missed:
        raise SystemExit("missed: " + "; ".join(missed))


def _compared(bare: int, ours: int, customers: int) -> list[str]:
    """Ask both servers in turn; return what was missed."""
    paths = {"bare": (bare, "/bare"), "ours": (ours, "/customers/ID/recommendations")}
    print(f"  {'':<22}{'requests/s':>12}{'median ms':>12}{'99 % ms':>10}")
    found: dict[tuple[str, int], Asked] = {}
    missed = []
    for clients in CLIENTS:
        rounds: dict[str, list[Asked]] = {"bare": [], "ours": []}
        for _ in range(ROUNDS):
            for name, (port, path) in paths.items():
                rounds[name].append(_ask(port, path, customers, clients))
        for name, asked in rounds.items():
            middle = sorted(asked, key=lambda one: one.per_second)[ROUNDS // 2]
            found[name, clients] = middle
            label = f"{name}, {clients} client{'s' if clients > 1 else ''}"
            print(
                f"  {label:<22}{middle.per_second:>12,.0f}{middle.median:>12.2f}"
                f"{middle.slowest:>10.2f}",
                flush=True,
            )
        share = found["ours", clients].per_second / found["bare", clients].per_second
        print(f"  {share:.2f} of the bare endpoint's (target: at least {LEAST_SHARE:.2f})")
        if share < LEAST_SHARE:
            missed.append(f"the throughput with {customers:,} customers and {clients} clients")
    if found["ours", 1].median > MOST_MILLISECONDS:
        missed.append(f"{MOST_MILLISECONDS} ms a request with {customers:,} customers")
    return missed


def _make(database: Path, customers: int) -> None:
    with connect() as connection:
        connection.execute("set memory_limit = '4GB'")
        connection.execute("set temp_directory = ?", [str(database.with_suffix(".spill"))])
        connection.execute(f"attach '{database}' as made (storage_version 'v1.2.0')")
        for statement in TABLES.split(";"):
            connection.execute(statement.replace("$customers", str(customers)))


@contextlib.contextmanager
def _serving(*what: str) -> Iterator[int]:
    """Run a server in a process of its own; lend its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "benchmarks.api", "serve", str(port), *what]
    with subprocess.Popen(command) as server:  # noqa: S603
        try:
            _wait_for(port)
            yield port
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/openapi.json").close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _ask(port: int, path: str, customers: int, clients: int) -> Asked:
    """Ask from a process of its own."""
    told = [str(port), path, str(customers), str(clients)]
    command = [sys.executable, "-m", "benchmarks.api", "ask", *told]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    return Asked(**json.loads(printed))


def _serve(port: int, what: str, *database: str) -> None:
    """Serve with the settings of `recsys serve`."""
    import uvicorn  # noqa: PLC0415
    from fastapi import FastAPI  # noqa: PLC0415

    from recsys.api import create_app  # noqa: PLC0415

    app = create_app(Path(*database)) if what == "ours" else FastAPI()
    if what == "bare":

        @app.get("/bare")
        async def bare() -> dict[str, str]:
            return {"status": "ok"}

    uvicorn.run(app, port=port, log_level="warning")


async def _load(port: int, path: str, customers: int, clients: int) -> Asked:
    for seconds in (WARM_UP_SECONDS, SECONDS):
        took: list[float] = []
        started = time.perf_counter()
        until = started + seconds
        await asyncio.gather(*(_client(port, path, customers, until, took) for _ in range(clients)))
        passed = time.perf_counter() - started
    took.sort()
    median, slowest = took[len(took) // 2], took[int(len(took) * 0.99)]
    return Asked(len(took) / passed, median * 1000, slowest * 1000)


async def _client(port: int, path: str, customers: int, until: float, took: list[float]) -> None:
    """Ask for one customer after the other over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (started := time.perf_counter()) < until:
        asked = path.replace("ID", str(random.randint(1, customers)))  # noqa: S311
        writer.write(f"GET {asked} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b" 200 " not in head.splitlines()[0]:
            raise SystemExit(f"{asked}: {head.decode()}")
        await reader.readexactly(int(head.split(b"content-length:")[1].split()[0]))
        took.append(time.perf_counter() - started)
    writer.close()


if __name__ == "__main__":  # a server or the clients, as `_serving` and `_ask` run them
    if sys.argv[1] == "serve":
        _serve(int(sys.argv[2]), *sys.argv[3:])
    else:
        asked = asyncio.run(
            _load(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
        )
        print(json.dumps(vars(asked)))
