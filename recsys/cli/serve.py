"""`recsys serve`: the read-only HTTP API."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from recsys.cli.options import DatabaseOption, open_warehouse
from recsys.cli.output import print_line
from recsys.errors import RecsysError
from recsys.settings.project import database_path

WAITING = 2048
"""Connections that may wait to be accepted; uvicorn's own number."""

Address = tuple[socket.AddressFamily, str]


def serve(
    host: Annotated[
        str,
        typer.Option(
            "--host",
            help="The address to listen at; one that other machines reach needs a key",
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8000,
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            "--api-key-file",
            help="A file of keys, one a line: who asks has to send one. RECSYS_API_KEY does, too",
            show_default=False,
        ),
    ] = None,
    cors_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--cors-origin",
            help="A site whose pages may ask from browsers, such as https://shop.example; "
            "may be repeated",
            show_default=False,
        ),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Serve the lists over HTTP, read-only; needs the `api` extra."""
    try:
        import uvicorn  # noqa: PLC0415 - an optional dependency

        from recsys.api import Access, create_app  # noqa: PLC0415
        from recsys.api.access import THIS_MACHINE  # noqa: PLC0415
        from recsys.api.keys import read_keys  # noqa: PLC0415
        from recsys.api.origins import checked_origins  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise RecsysError(
            f"the API needs {error.name}, which isn't installed: pip install 'recsys[api]'"
        ) from error
    path: Path = database_path(database)
    address = _address(host)
    is_local = ipaddress.ip_address(address[1].partition("%")[0]).is_loopback
    keys = read_keys(api_key_file)
    if not is_local and not keys:
        raise RecsysError(
            f"--host {host!r} would let other machines read every customer's lists: give the "
            "server a key that they have to send, in RECSYS_API_KEY or a file with "
            "--api-key-file, or leave out --host"
        )
    shown = f"[{host}]" if ":" in host else host
    access = Access(
        keys, hosts=THIS_MACHINE | {shown.lower()}, origins=checked_origins(cors_origin or [])
    )
    open_warehouse(path).close()  # what can't be read is said now, not with the first request
    server = uvicorn.Server(uvicorn.Config(create_app(path, access=access), log_level="warning"))
    with _listening(address, host, port) as listener:
        print_line(f"Serving {path} at http://{shown}:{port}/docs")
        if not is_local:
            print_line(
                "Other machines reach it with the key. It speaks HTTP: put TLS before it.", "yellow"
            )
        with contextlib.suppress(KeyboardInterrupt):  # which uvicorn raises again when it is done
            server.run(sockets=[listener])


def _address(host: str) -> Address:
    """Return the family and number of a host's address."""
    if not host:
        return socket.AF_INET, "0.0.0.0"  # noqa: S104 - what an empty host means to sockets
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise RecsysError(
            f"there is no address for --host {host!r} ({error}): use 127.0.0.1 for this machine"
        ) from None
    family, _, _, _, numbers = found[0]
    return family, str(numbers[0])


def _listening(address: Address, host: str, port: int) -> socket.socket:
    family, number = address
    try:
        return socket.create_server((number, port), family=family, backlog=WAITING)
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else str(error)
        raise RecsysError(
            f"can't listen at {host}, port {port} ({said}): name another one with --port"
        ) from None
