"""The test of reasons: customers are served once more, without the evidence of one reason each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from recsys.serving.ablation import LISTS, SCORES, Ablation
from recsys.serving.block_files import BlockFiles
from recsys.serving.engines import run_blocks
from recsys.serving.plan import needed_for, read_plan
from recsys.serving.work import BlockTables, BlockWork


class Checks(NamedTuple):
    """What is tested, and by which models."""

    most: int
    """Reasons that are tested, at most."""
    engine: str
    """Where blocks run."""
    target: Path
    """dbt's target folder."""
    computed: Sequence[str]
    """Names of the models that blocks run."""
    replaced: Sequence[str]
    """Models that a block fills by itself."""


def check_reasons(
    checks: Checks,
    ablation: Ablation,
    files: BlockFiles,
    served: Sequence[int],
    size: int,
) -> tuple[int, Counter[str]]:
    """Write the scores of a sample of recommendations without their evidence.

    Returns the rows written, and the CPU seconds of each model.

    Parameters
    ----------
    checks
        What is tested.
    ablation
        The sample and its blocks.
    files
        Where the lists are that were served, and where the checks are written.
    served
        Numbers of the blocks that were served.
    size
        Customers of a block.

    """
    lists = [files.served(LISTS, block) for block in served]
    blocks = ablation.choose(lists, checks.most, size, max(served) + 1)
    names = needed_for(checks.target, SCORES, checks.computed)
    plan = read_plan(checks.target, names, replaced=checks.replaced)
    tables = BlockTables(ablation.shared(plan), ablation.rows(plan), (SCORES,))
    work = BlockWork(plan, files, tables, other_histories=True)
    seconds: Counter[str] = Counter()
    for _, result in run_blocks(checks.engine, work, blocks, ablation.write_rows):
        seconds.update(result.seconds)
    rows = ablation.write_checks(blocks)
    files.remove_served(SCORES)
    return rows, seconds
