"""What a search shows while it runs and when it ends."""

from types import TracebackType
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from recsys.cli.output import Column, console, print_line, print_table, score
from recsys.terminal import printable
from recsys.tuning.database import Tuning
from recsys.tuning.tune import StudyEnded, StudySkipped, StudyStarted, TrialKept, TuningEvent
from recsys.tuning.words import shown_parameters, words_of


class TuningDisplay:
    """A bar over all trials on a terminal, and a line per event everywhere."""

    def __init__(self, tuning: Tuning) -> None:
        self._per_study = tuning.budget.trials
        self.kept = 0
        self.ended: list[StudyEnded] = []
        self.skipped: list[StudySkipped] = []
        self._console = console()
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        total = None if self._per_study is None else self._per_study * len(tuning.recommenders)
        self._task = self._bar.add_task("reading", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def __call__(self, event: TuningEvent) -> None:
        """Show one event."""
        for line in words_of(event):
            self._console.print(Text(printable(line)), soft_wrap=True)
        self._console.file.flush()
        match event:
            case StudyStarted(study=study, kept=kept):
                advance = kept if self._per_study is None else min(kept, self._per_study)
                self._bar.update(self._task, description=study.recommender, advance=advance)
            case TrialKept():
                self.kept += 1
                self._bar.update(self._task, advance=1)
            case StudyEnded():
                self.ended.append(event)
            case StudySkipped():
                self.skipped.append(event)


def print_summary(ended: list[StudyEnded], skipped: list[StudySkipped]) -> None:
    """Print what each search came to, and which recommenders weren't searched."""
    if not ended:  # the lines before this one are few, and say why
        print_line("Nothing was tuned.", "yellow")
        return
    rows = []
    for study in ended:
        best = study.best
        chosen = None if best is None or best.is_default else best.outcome
        rows.append(
            (
                study.study.recommender,
                len(study.trials),
                score(study.default.outcome.value, decimals=4),
                score(chosen.value if chosen else None, decimals=4),
                shown_parameters(chosen.parameters) if chosen else "the defaults stay",
            )
        )
    print_table(
        f"{ended[0].study.metric} on {', '.join(ended[0].study.folds)}",
        [
            Column("recommender", "id"),
            Column("trials", "number"),
            Column("by default", "number"),
            Column("best", "number"),
            Column("parameters"),
        ],
        rows,
        empty="nothing was tuned",
    )
    for event in skipped:
        for line in words_of(event):
            print_line(line, "yellow")
    beaten = [study for study in ended if study.best and not study.best.is_default]
    following = (
        "The next build fits with what beat the defaults: recsys build."
        if beaten
        else "Nothing beat the defaults, which the next build fits with, too."
    )
    print_line(f"{following} All trials: marts.tuning_trials")
