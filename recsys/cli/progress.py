"""What a build shows while it runs: a live line on a terminal, plain lines elsewhere."""

from types import TracebackType
from typing import Self

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from recsys.cli.output import console
from recsys.pipeline.build import BuildEvent, NodeFinished, NodeStarted, Said
from recsys.terminal import printable


class BuildDisplay:
    """Shows events: tests that pass only count, models and whatever goes wrong get a line."""

    def __init__(self) -> None:
        self._console = console()
        self._running: list[str] = []
        self._live = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[place]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._live.add_task("dbt reads the project", place="")

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def __call__(self, event: BuildEvent) -> None:
        """Show one event."""
        match event:
            case NodeStarted():
                self._running.append(event.name)
            case NodeFinished():
                if event.name in self._running:
                    self._running.remove(event.name)
                self._live.update(self._task, place=f"[{event.index}/{event.total}]")
                self._show_end(event)
            case Said():
                self._line(f"    {event.text}")
        self._live.update(self._task, description=printable(", ".join(self._running)))

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


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
