"""Functions that the dbt models of serving call: they serve customers in blocks."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from recsys.compute import dbt_log
from recsys.errors import InvalidParameterError, RecsysError
from recsys.recommenders.fitted_models import FittedModels
from recsys.serving.ablation import CHECKED, Ablation
from recsys.serving.block_files import BlockFiles
from recsys.serving.earlier_fit import Fit, is_kept
from recsys.serving.engines import run_blocks
from recsys.serving.merged_rows import Best, Merge, MergedRows, Totals
from recsys.serving.plan import read_plan
from recsys.serving.reason_checks import Checks, check_reasons
from recsys.serving.slices import CustomerSlices
from recsys.serving.work import BlockTables, BlockWork
from recsys.storage.connections import little_memory
from recsys.storage.names import nearest, text
from recsys.storage.relations import Relation
from recsys.storage.work_folder import kept_folder

WHILE_BLOCKS_RUN = "500MB"
"""What the shop's DuckDB may keep meanwhile: it only cuts rows, and the blocks need the memory."""

TODAY = "int_customer_folds"
"""The folds whose customers a database holds: past ones in the shop's, today's in a block's."""

BLOCK_SCHEMA = pa.schema(
    [
        ("block", pa.int64()),
        ("customers", pa.int64()),
        ("served", pa.string()),
        ("rows", pa.int64()),
        ("file", pa.string()),
    ]
)


def compiled_models() -> Path:
    """Return dbt's target folder, where what it compiled is."""
    from dbt.flags import get_flags  # noqa: PLC0415

    flags: Any = get_flags()  # type: ignore[no-untyped-call]
    return Path(flags.PROJECT_DIR) / (flags.TARGET_PATH or "target")


def serve_blocks(
    *,
    session: Any,
    target: Path,
    settings: Relation,
    fit: Fit,
    computed: Sequence[str],
    served: Sequence[str],
    best: Mapping[str, tuple[str, str, str]],
    totals: Mapping[str, tuple[str, Mapping[str, str]]],
) -> pa.RecordBatchReader:
    """Serve all customers, block by block; return the files that hold what is served.

    Nothing else of customers is left in the folder then: no rows, and no fitted models unless they
    are to serve later builds (`refit_after_days`, `pinned_fit`).

    Parameters
    ----------
    session
        dbt's connection.
    target
        dbt's target folder.
    settings
        serving_block_customers: customers of a block; keep_block_tables: models whose rows are
        kept beside those served; serving_engine: where blocks run; faithfulness_rows: reasons that
        are put to the test.
    fit
        What today's lists are made by.
    computed
        Names of the models that each block runs, `served` among them.
    served
        Names of the tables that are kept.
    best
        Of which served tables only the best rows of all blocks are kept: the column of their
        groups, what comes first within a group, and the setting that says how many rows of one.
    totals
        Of which served tables one row per group is kept: the column of their groups, and the
        aggregate function of each other column.

    """
    files = _files_of(session)
    for folder in (files.folder / "served", kept_folder(files.folder)):
        shutil.rmtree(folder, ignore_errors=True)
    files.remove_read()  # of a run that was killed
    asked = settings.project(
        "serving_block_customers, keep_block_tables, serving_engine, faithfulness_rows"
    )
    [(size, kept, engine, most_checked)] = asked.fetchall()
    stays_fitted = is_kept(settings)
    fit.write(FittedModels(files.fitted))
    checks = Checks(int(most_checked), engine, target, computed, [TODAY])
    plan = read_plan(target, computed, replaced=[TODAY])
    cursor = session.cursor()
    slices = CustomerSlices(cursor, plan, files, int(size))

    merges: dict[str, Merge] = {
        name: Best(group, order, settings.project(setting).fetchall()[0][0])
        for name, (group, order, setting) in best.items()
    }
    merges |= {name: Totals(*of_group) for name, of_group in totals.items()}
    merged = {
        name: MergedRows(cursor, merge, files.served(name, 0).with_name("merged.parquet"))
        for name, merge in merges.items()
    }
    tables = BlockTables(
        (*slices.shared, TODAY), slices.sliced, tuple(served), tuple(_kept(kept, computed))
    )

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from serve()
        finally:
            files.remove_read()
        if not stays_fitted:
            files.remove_fitted()  # after an error they stay: dbt retry goes on with them

    def serve() -> Iterator[pa.RecordBatch]:
        started = time.perf_counter()
        customers = slices.customers_of_blocks()
        slices.write_shared()
        slices.write_fold_of_today(TODAY)
        slices.write_sorted()
        seconds: Counter[str] = Counter()
        work = BlockWork(plan, files, tables)
        with little_memory(cursor, WHILE_BLOCKS_RUN):
            yield from of_blocks(work, customers, seconds, started)
        yield _of_block(
            len(customers) - 1,
            sum(customers.values()),
            {rows_of_all.file: rows_of_all.merge() for rows_of_all in merged.values()},
        )
        with little_memory(cursor, WHILE_BLOCKS_RUN):
            ablation = Ablation(cursor, slices, files)
            rows, taken = check_reasons(checks, ablation, files, list(customers), slices.size)
        seconds.update(taken)
        yield _of_block(max(customers), rows, {files.served(CHECKED, 0): rows})
        longest = ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.most_common(12))
        dbt_log.log(f"serving: {seconds.total():.0f} CPU seconds, the longest {longest}")

    def of_blocks(
        work: BlockWork, customers: Mapping[int, int], seconds: Counter[str], started: float
    ) -> Iterator[pa.RecordBatch]:
        results = run_blocks(engine, work, list(customers), slices.write_rows)
        for done, (block, result) in enumerate(results, start=1):
            seconds.update(result.seconds)
            if done == len(customers) or done % max(1, len(customers) // 20) == 0:
                dbt_log.log(
                    f"serving: block {done:,} of {len(customers):,}, "
                    f"{time.perf_counter() - started:.0f} s"
                )
            for name, rows_of_all in merged.items():
                rows_of_all.add(files.served(name, block))
            yield _of_block(
                block,
                customers[block],
                {
                    files.served(name, block): rows
                    for name, rows in result.rows.items()
                    if name in served and name not in merged
                },
            )

    return pa.RecordBatchReader.from_batches(BLOCK_SCHEMA, batches())


def _of_block(block: int, customers: int, rows: Mapping[Path, int]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(
        [
            {
                "block": block,
                "customers": customers,
                "served": file.parent.name,
                "rows": count,
                "file": file.name,
            }
            for file, count in rows.items()
        ],
        schema=BLOCK_SCHEMA,
    )


def _files_of(session: Any) -> BlockFiles:
    fitted = FittedModels.of(session)
    if fitted is None:
        raise RecsysError("no folder for serving: the profile lacks the plugin recsys.dbt.plugin")
    return BlockFiles(fitted.folder.parent)


def _kept(listed: str | None, computed: Sequence[str]) -> list[str]:
    names = [name.strip() for name in (listed or "").split(",") if name.strip()]
    for name in names:
        if name not in computed:
            raise InvalidParameterError(
                f"setting keep_block_tables names '{name}'{nearest(name, computed)}"
            )
    return names


def served_rows(name: str, *, session: Any, blocks: Relation) -> pa.RecordBatchReader:
    """Return the rows of a table served, in the order of the blocks.

    The files that hold them are removed once they are read.

    Raises:
        RecsysError: the files aren't there, as they were read already.

    """
    files = _files_of(session)
    folder = files.served(name, 0).parent
    names = blocks.filter(f"served = {text(name)}").order("block").project("file").fetchall()
    paths = [folder / file for (file,) in names]
    if not paths or not all(path.is_file() for path in paths):
        raise RecsysError(
            f"what blocks of customers served of {name} isn't there any more: it is kept until it "
            "is read. Run the whole build, or select int_served_blocks with all that it reads: "
            "dbt build --select +int_served_blocks+"
        )
    schema = pq.read_schema(paths[0])

    def batches() -> Iterator[pa.RecordBatch]:
        for path in paths:
            with pq.ParquetFile(path) as read:
                yield from read.iter_batches()
        files.remove_served(name)

    return pa.RecordBatchReader.from_batches(schema, batches())
