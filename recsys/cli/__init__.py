"""The `recsys` command: one short file per command, errors as one line on stderr."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from typer import rich_utils

from recsys.cli.build import build
from recsys.cli.builds import builds, rollback
from recsys.cli.check import check
from recsys.cli.ending import end_on_signals, exit_if_ended
from recsys.cli.exit_codes import exit_code
from recsys.cli.export import export
from recsys.cli.forget import forget
from recsys.cli.init import init
from recsys.cli.output import is_plain, print_error
from recsys.cli.recommend import recommend
from recsys.cli.report import report
from recsys.cli.serve import serve
from recsys.cli.similar import similar
from recsys.cli.status import status
from recsys.cli.tune import tune
from recsys.cli.why import why
from recsys.errors import RecsysError, ShopFileError

app = typer.Typer(
    name="recsys",
    help="Recommendations for a shop, built by dbt into one DuckDB file.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
for command in (
    *(init, check, build, tune, recommend, why, similar, status, report, export, serve),
    *(builds, rollback, forget),
):
    app.command()(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"recsys {version('recsys')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand != "serve":  # its server ends on signals by itself
        end_on_signals()


def main() -> None:
    """Run the command line; exits with 0, or with what `exit_codes` says of an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a title must not end in a traceback
    if is_plain():
        rich_utils.COLOR_SYSTEM = None  # help and wrong calls, too
    try:
        app(prog_name="recsys")  # also for python -m recsys: what shells complete is called so
    except RecsysError as error:
        exit_if_ended()
        said = str(error)
        print_error(" ".join(said.splitlines()) if isinstance(error, ShopFileError) else said)
        sys.exit(exit_code(error))
    except SystemExit:
        exit_if_ended()
        raise
