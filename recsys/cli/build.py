"""`recsys build`: read the shop's files and build every table."""

from pathlib import Path
from typing import Annotated, get_args

import typer
import yaml

from recsys.cli.options import DatabaseOption
from recsys.cli.output import counted, print_line, print_note
from recsys.cli.progress import BuildDisplay
from recsys.errors import RecsysError
from recsys.pipeline.build import BuildResult, refuse_settings
from recsys.pipeline.build import build as run_build
from recsys.pipeline.build_failure import core_message
from recsys.pipeline.forecast import remembered_seconds
from recsys.pipeline.kept_builds import SHORT
from recsys.pipeline.last_published import since_last_build
from recsys.pipeline.told_build import drift_line, told_build
from recsys.reading.warehouse import Warehouse
from recsys.settings.model import Settings
from recsys.settings.project import database_path
from recsys.storage.disk import reason
from recsys.storage.work_folder import work_folder

ShopOption = Annotated[
    str | None,
    typer.Option(
        "--shop",
        help="A shop file, or the name of a shop that comes with the package. "
        "Default: RECSYS_SHOP, else complete_journey.",
        show_default=False,
    ),
]
SettingsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A setting of docs/settings.md; wins over the shop file. May be repeated.",
    ),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="Where today's lists are made: local (processes of this machine) or spark "
        "(a cluster, as Spark's own configuration says).",
        show_default=False,
    ),
]


FullOption = Annotated[
    bool,
    typer.Option("--full", help="Build everything anew, also where nothing has changed."),
]


def build(
    shop: ShopOption = None,
    database: DatabaseOption = None,
    settings: SettingsOption = None,
    engine: EngineOption = None,
    full: FullOption = False,
) -> None:
    """Read the shop's files, fit and judge the recommenders, and write their lists.

    Where nothing has changed since the last build, there is nothing to do.
    """
    path: Path = database_path(database)
    variables = variables_of(settings or [])
    if engine is not None:
        variables["serving_engine"] = engine

    def run() -> BuildResult | None:
        refuse_settings(shop, variables)
        if not full and _is_up_to_date(path, shop, variables):
            return None
        print_line(f"Building {path}")
        with BuildDisplay(remembered_seconds(work_folder(path.resolve()))) as display:
            return run_build(shop, path, variables=variables, full=full, progress=display)

    told = told_build(shop, path, run, lambda said: print_note(f"warning: {said}"))
    if told is None:
        return
    result = told.result
    for node in result.warnings:
        print_line(f"warning: {node.kind} {node.name}: {core_message(node.message)}", "yellow")
    for note in (*result.notes, *told.failures):
        print_line(f"warning: {note}", "yellow")
    print_line(
        f"Built in {result.seconds:.0f} s: {counted(result.finished, 'step', 'steps')}, "
        f"{counted(len(result.warnings), 'warning', 'warnings')}. "
        "See what came out: recsys status"
    )
    print_line(drift_line(told.drift), "yellow" if told.drift.alarms else "")
    write_report_of(path)


def _is_up_to_date(path: Path, shop: str | None, variables: dict[str, object]) -> bool:
    """Say what has changed since the last build, and tell whether that is nothing."""
    try:
        since = since_last_build(path, shop, variables)
    except (RecsysError, OSError):  # the build will say it
        return False
    if since is None:
        return False
    last = since.published
    named = f"run {last.run_id[:SHORT]}, finished {last.finished_at:%Y-%m-%d %H:%M} (UTC)"
    if since.changes:
        print_line(f"Changed since {named}:")
        for change in since.changes:
            print_line(f"  {change.kind}: {change.text}")
        return False
    for warning in last.warnings:
        print_line(f"warning: {warning}", "yellow")
    print_line(f"{path} is up to date: nothing has changed since {named}")
    print_line("To build it anew all the same: recsys build --full")
    if last.made_of.settings.get("write_report", "true").casefold() == "true":
        _write_missing_report(path)
    return True


def _write_missing_report(path: Path) -> None:
    """Write the report where the last build was ended before it could."""
    # Imported here: see write_report_of.
    from recsys.report import default_path  # noqa: PLC0415

    if not default_path(path).exists():
        write_report_of(path)


def write_report_of(database: Path, *, quiet: bool = False) -> None:
    """Write the report of the build that is published, unless a setting says not to.

    `quiet` says nothing where it was written, for output that is JSON.

    Whatever keeps it from being written is a warning: the lists are there without it.
    """
    # Imported here: the plotting library takes a while to load, and only a report needs it.
    try:
        from recsys.report import default_path, is_wanted, write_report  # noqa: PLC0415

        with Warehouse(database) as warehouse:
            if is_wanted(warehouse):
                size = write_report(warehouse, default_path(database))
                if not quiet:
                    print_line(f"Report: {default_path(database)} ({size / 1e6:.1f} MB)")
    except Exception as error:
        warning = f"warning: there is no report of this build: {reason(error)}"
        if quiet:
            print_note(warning)
        else:
            print_line(warning, "yellow")


def variables_of(settings: list[str]) -> dict[str, object]:
    """Return the settings as dbt variables; a value is read as YAML reads it.

    A setting of text takes what isn't text to YAML as it stands: an id of 00123 isn't 83.
    """
    variables: dict[str, object] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not name or not equals:
            raise typer.BadParameter(f"'{setting}' isn't NAME=VALUE", param_hint="--set")
        variables[name] = _value(name, value)
    return variables


def _value(setting: str, text: str) -> object:
    is_text = _takes_text(setting) and text[:1] not in ("'", '"')
    try:
        read: object = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # 2024-02-30 is no date
        if is_text:
            return text.strip()
        raise typer.BadParameter(
            f"{setting}: '{text}' can't be read as YAML: put it in quotes", param_hint="--set"
        ) from None
    return text.strip() if is_text and read is not None else read


def _takes_text(setting: str) -> bool:
    field = Settings.model_fields.get(setting)
    return field is not None and str in (field.annotation, *get_args(field.annotation))
