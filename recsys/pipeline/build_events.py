"""What a build tells of itself while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

RECOMMENDER = "rec_"
"""How the names of recommenders' models begin."""


@dataclass(frozen=True)
class NodeStarted:
    """A model, seed or test began."""

    name: str
    kind: str


@dataclass(frozen=True)
class NodeFinished:
    """A model, seed or test ended; `status` is dbt's: success, pass, warn, fail, error, skipped."""

    name: str
    kind: str
    status: str
    seconds: float
    message: str
    index: int
    total: int
    node: str = ""
    """dbt's id of it."""

    @property
    def is_recommender(self) -> bool:
        """Tell whether this made a recommender's candidates."""
        made = self.kind == "model" and self.status == "success"
        return made and self.name.startswith(RECOMMENDER)


@dataclass(frozen=True)
class Said:
    """A line that a model logged while it ran, such as a fold that was fitted."""

    text: str


@dataclass(frozen=True)
class FirstJudged:
    """A recommender was made, and this is its NDCG@10 in `discover` on the last judged fold."""

    recommender: str
    ndcg: float


@dataclass(frozen=True)
class WentOn:
    """A build goes on from one that ended early: what that had done isn't done again."""

    run_id: str
    started_at: datetime
    """When that one began; UTC."""
    steps: frozenset[str]
    """Names of the models and tests that are done."""


@dataclass(frozen=True)
class Refreshes:
    """A build serves on with what an earlier one fitted: that isn't done again."""

    run_id: str
    """The run that fitted."""
    as_of: date
    """The last day that it knew."""
    steps: frozenset[str]
    """Names of the models and tests that are done."""
    is_pinned: bool = False
    """Whether it serves on however old it is (the setting pinned_fit)."""


@dataclass(frozen=True)
class FitsAnew:
    """A build fits although an earlier fit was to serve on."""

    why: str
    is_pinned: bool = False
    """Whether that fit was to serve on however old it is (the setting pinned_fit)."""


BuildEvent = NodeStarted | NodeFinished | Said | FirstJudged | WentOn | Refreshes | FitsAnew
Progress = Callable[[BuildEvent], None]
