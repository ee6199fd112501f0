"""`recsys serve`: the read-only HTTP API."""

from typing import Annotated

import typer

from recsys.cli.options import DatabaseOption
from recsys.cli.output import print_line
from recsys.errors import RecsysError
from recsys.project import database_path


def serve(
    host: Annotated[
        str, typer.Option("--host", help="0.0.0.0 lets other machines in: there is no login.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8000,
    database: DatabaseOption = None,
) -> None:
    """Serve the lists over HTTP, read-only; needs the `api` extra."""
    try:
        import uvicorn  # noqa: PLC0415 - an optional dependency

        from recsys.api import create_app  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise RecsysError(
            f"the API needs {error.name}, which isn't installed: pip install 'recsys[api]'"
        ) from error
    path = database_path(database)
    print_line(f"Serving {path} at http://{host}:{port}/docs")
    uvicorn.run(create_app(path), host=host, port=port, log_level="warning")
