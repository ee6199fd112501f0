"""Turns dbt's events into those of a build, and remembers what ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from recsys.pipeline.build_events import (
    RECOMMENDER,
    BuildEvent,
    FirstJudged,
    NodeFinished,
    NodeStarted,
    Progress,
    Refreshes,
    Said,
    WentOn,
)
from recsys.pipeline.first_metrics import first_ndcg_of_running_build


class BuildWatch:
    """Turns dbt's events into ours, and remembers what ended."""

    def __init__(
        self,
        progress: Progress | None,
        *,
        began: Callable[[str], None] = lambda run_id: None,
        ended: Callable[[NodeFinished], None] = lambda node: None,
        went_on: WentOn | Refreshes | None = None,
    ) -> None:
        """Begin to watch.

        Parameters
        ----------
        progress
            Called with each event, one at a time.
        began
            Called once, with dbt's id of the run, before anything is built.
        ended
            Called when a model or test has ended, before its event is passed on.
        went_on
            What an earlier build has done.

        """
        self._progress = progress or (lambda event: None)
        self._began = began
        self._ended = ended
        self._done = len(went_on.steps) if went_on else 0
        self._lock = threading.Lock()
        self._total = 0
        self.run_id = ""
        self.finished: list[NodeFinished] = []
        if went_on is not None:
            self._progress(went_on)

    def __call__(self, event: Any) -> None:
        """Take an event of dbt's."""
        with self._lock:
            translated = self._translate(event.info.name, event)
            if translated is not None:
                self._progress(translated)
        if isinstance(translated, NodeFinished) and translated.is_recommender:
            ndcg = first_ndcg_of_running_build(translated.name)
            if ndcg is not None:
                with self._lock:
                    name = translated.name.removeprefix(RECOMMENDER)
                    self._progress(FirstJudged(name, ndcg))

    def _translate(self, name: str, event: Any) -> BuildEvent | None:
        if event.info.invocation_id and not self.run_id:
            self.run_id = event.info.invocation_id
            self._began(self.run_id)
        match name:
            case "ConcurrencyLine":
                self._total = self._done + event.data.node_count
            case "NodeStart":
                node = event.data.node_info
                return NodeStarted(node.node_name, node.resource_type)
            case "NodeFinished":
                node, result = event.data.node_info, event.data.run_result
                ended = NodeFinished(
                    name=node.node_name,
                    kind=node.resource_type,
                    status=result.status,
                    seconds=result.execution_time,
                    message=result.message,
                    index=self._done + len(self.finished) + 1,
                    total=self._total,
                    node=node.unique_id,
                )
                self.finished.append(ended)
                self._ended(ended)
                return ended
            case "AdapterEventInfo" | "AdapterEventWarning" if event.data.name == "recsys":
                return Said(event.info.msg.removeprefix("recsys adapter: "))
        return None
