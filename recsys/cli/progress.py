"""What a build shows while it runs: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from rich.console import RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from recsys.cli.output import console, counted, score
from recsys.pipeline.build_events import (
    BuildEvent,
    FirstJudged,
    FitsAnew,
    NodeFinished,
    NodeStarted,
    Refreshes,
    Said,
    WentOn,
)
from recsys.pipeline.forecast import Forecast
from recsys.pipeline.kept_builds import SHORT
from recsys.terminal import printable

FORECAST_AFTER_SECONDS = 30.0
LEADERS_SHOWN = 5


class BuildDisplay:
    """Shows events: tests that pass only count, models and whatever goes wrong get a line.

    After half a minute it says what is still to come and when, and it ranks recommenders as they
    are made.

    Parameters
    ----------
    before
        Seconds of each model and test in the database's last build; empty before the first.
    clock
        Tells the time of day.

    """

    def __init__(
        self,
        before: Mapping[str, float] | None = None,
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._console = console()
        self._clock = clock
        self._began = time.monotonic()
        self._forecast = Forecast(before or {})
        self._running: list[str] = []
        self._judged: dict[str, float] = {}
        self._live = _WithLeaders(
            self._leaders,
            SpinnerColumn(),
            TextColumn("{task.fields[place]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._live.add_task("dbt reads the project", place="")
        self._timer = threading.Timer(FORECAST_AFTER_SECONDS, self.foresee)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._live.start()
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._live.stop()

    def __call__(self, event: BuildEvent) -> None:
        """Show one event."""
        match event:
            case NodeStarted():
                self._running.append(event.name)
            case NodeFinished():
                if event.name in self._running:
                    self._running.remove(event.name)
                self._forecast.finished(event.name, event.seconds)
                self._live.update(self._task, place=f"[{event.index}/{event.total}]")
                self._show_end(event)
            case FirstJudged():
                self._judged[event.recommender] = event.ndcg
                self._show_place(event)
            case WentOn():
                self._forecast.done_before(event.steps)
                self._line(
                    f"Going on with run {event.run_id[:SHORT]}, begun "
                    f"{event.started_at:%Y-%m-%d %H:%M} (UTC), which ended early: "
                    f"{counted(len(event.steps), 'step is', 'steps are')} done"
                )
            case Refreshes():
                self._forecast.done_before(event.steps)
                pinned = " and pinned_fit pins" if event.is_pinned else ""
                stay = counted(len(event.steps), "step stays as it is", "steps stay as they are")
                self._line(
                    f"Serving on with what run {event.run_id[:SHORT]} fitted{pinned}, which knew "
                    f"all until {event.as_of}: {stay}"
                )
            case FitsAnew():
                pinned = " though pinned_fit is last" if event.is_pinned else ""
                self._line(f"Fitting anew{pinned}: {event.why}", "yellow" if pinned else "")
            case Said():
                self._line(f"    {event.text}")
        self._live.update(self._task, description=printable(", ".join(self._running)))

    def foresee(self, elapsed: float | None = None) -> None:
        """Say what is still to come, and when it will be done; `elapsed` in seconds."""
        if elapsed is None:
            elapsed = time.monotonic() - self._began
        to_come = self._forecast.to_come(elapsed)
        if not to_come:
            return
        done = self._clock() + timedelta(seconds=sum(to_come.values()))
        basis = "the default shop" if self._forecast.is_first else "the last build"
        phases = ", ".join(f"{phase} {_rounded(took)}" for phase, took in to_come.items())
        self._line(
            f"Still to come, judged by {basis}: {phases}. Done at about {done:%H:%M}, in "
            f"{_rounded(sum(to_come.values()))}"
        )

    def _leaders(self) -> RenderableType | None:
        """Return the best recommenders so far, shown under the live line."""
        if not self._judged:
            return None
        best = ", ".join(f"{name} {score(ndcg, 4)}" for name, ndcg in self._ranked(LEADERS_SHOWN))
        return Text(printable(f"  NDCG@10 of new products so far: {best}"))

    def _ranked(self, most: int | None = None) -> list[tuple[str, float]]:
        return sorted(self._judged.items(), key=lambda found: (-found[1], found[0]))[:most]

    def _show_place(self, event: FirstJudged) -> None:
        names = [name for name, _ in self._ranked()]
        place = names.index(event.recommender) + 1
        others = f", number {place} of {len(names)} so far" if len(names) > 1 else ""
        self._line(
            f"    {event.recommender}: NDCG@10 {score(event.ndcg, 4)} for new products{others}"
        )

    def _show_end(self, node: NodeFinished) -> None:
        place = f"[{node.index}/{node.total}]"
        match node.status:
            case "error" | "fail":
                self._line(f"{place} {node.kind} {node.name} failed", "red")
            case "warn":
                self._line(f"{place} {node.kind} {node.name} warns", "yellow")
            case "success":
                self._line(f"{place} {node.name} {_seconds(node.seconds)}")

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text(printable(text), style=style), soft_wrap=True)
        self._console.file.flush()


class _WithLeaders(Progress):
    """A live line with another one under it."""

    def __init__(
        self, leaders: Callable[[], RenderableType | None], *columns: object, **options: object
    ) -> None:
        self._leaders = leaders
        super().__init__(*columns, **options)  # type: ignore[arg-type]

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        if (leaders := self._leaders()) is not None:
            yield leaders


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def _rounded(seconds: float) -> str:
    """Return how long something will take, no more exactly than can be known.

    >>> _rounded(7), _rounded(48), _rounded(95), _rounded(4000)
    ('5 s', '50 s', '2 min', '67 min')
    """
    if seconds < 75:
        return f"{max(5, round(seconds / 5) * 5)} s"
    return f"{round(seconds / 60)} min"
