"""`recsys tune`: search for better parameters on the folds before the judged ones."""

import sys
from typing import Annotated

import typer

from recsys.cli.options import DatabaseOption
from recsys.cli.output import counted, print_line
from recsys.reading.warehouse import ListType
from recsys.settings.project import database_path
from recsys.tuning.trials import Metric, Sampler

INTERRUPTED = 130
"""What shells say of a command that Ctrl-C ended."""


def tune(  # noqa: PLR0917 - options, which have names on the command line
    recommenders: Annotated[
        list[str] | None,
        typer.Argument(
            help="Whose parameters to tune, also the hybrid's. Default: the setting "
            "tuning_recommenders.",
            show_default=False,
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials",
            min=1,
            help="Try so many parameters per recommender, those of earlier runs on the same data "
            "included. Default: 20, unless --minutes is given.",
            show_default=False,
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes",
            help="Stop after so many minutes, shared by the recommenders.",
            show_default=False,
        ),
    ] = None,
    metric: Annotated[
        Metric | None,
        typer.Option(
            "--metric",
            help="ndcg of the lists, or rmse of predicted ratings (Surprise's models). "
            "Default: the setting tuning_metric.",
            show_default=False,
        ),
    ] = None,
    list_type: Annotated[
        ListType | None,
        typer.Option(
            "--list",
            help="Whose ndcg. Default: the setting tuning_list_type.",
            show_default=False,
        ),
    ] = None,
    sampler: Annotated[
        Sampler | None,
        typer.Option(
            "--sampler",
            help="How parameters are proposed. Default: the setting tuning_sampler.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help="Default: the setting tuning_seed.", show_default=False),
    ] = None,
    database: DatabaseOption = None,
    shop: Annotated[
        str | None,
        typer.Option(
            "--shop",
            help="The shop that the database was built from. Default: what the last build read.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Search for better parameters on past folds; the next build fits with what beats the defaults.

    Whatever ends a search, the same command goes on where it stopped.
    """
    # what fits takes a second to load, and no other command needs it
    from recsys.cli.progress import BuildDisplay  # noqa: PLC0415
    from recsys.cli.tuning_progress import TuningDisplay, print_summary  # noqa: PLC0415
    from recsys.pipeline.past_tables import PastTables  # noqa: PLC0415
    from recsys.tuning.database import Wishes, prepare  # noqa: PLC0415

    path = database_path(database)
    wishes = Wishes(
        recommenders=recommenders or (),
        trials=trials,
        minutes=minutes,
        metric=metric,
        list_type=list_type,
        sampler=sampler,
        seed=seed,
    )

    def building() -> BuildDisplay:
        print_line("Building the past folds that searches read, once until the next build")
        return BuildDisplay()

    tuning = prepare(path, wishes, PastTables(path, shop, building).file)
    print_line(f"Tuning {', '.join(tuning.recommenders)} on {path}")
    with TuningDisplay(tuning) as display:
        try:
            for event in tuning.events:
                display(event)
        except KeyboardInterrupt:
            display.stop()
            kept = counted(display.kept, "trial of this run is", "trials of this run are")
            print_line(f"Stopped: {kept} kept. The same command goes on from here.", "yellow")
            sys.exit(INTERRUPTED)
    print_summary(display.ended, display.skipped)
