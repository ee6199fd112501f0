"""What a build says of itself: metrics, champions, inputs and runs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import pyarrow as pa

from recsys.reading.built_file import BuiltFile, Row
from recsys.reading.ranked_tables import ListType
from recsys.reading.records import Health, Identity, Run, in_utc, record


class JudgedList(StrEnum):
    """Lists that are evaluated: those of a customer, and the product page."""

    discover = "discover"
    buy_again = "buy_again"
    next_basket = "next_basket"
    product_page = "product_page"


class Verdict(StrEnum):
    """How one recommender compares with another; a difference that isn't significant is a tie."""

    better = "better"
    worse = "worse"
    tie = "tie"


class Reports(BuiltFile):
    """A built file that answers questions on the build as a whole."""

    def model_metrics(
        self,
        recommender: str | None = None,
        list_type: str | None = None,
        metric: str | None = None,
        k: int | None = None,
        segment_type: str = "all",
    ) -> pa.Table:
        """Return the judged folds' metrics, newest fold first; each None means any value.

        Beside each stands how it compares with who serves the list, or with popularity on a
        product's page: difference, interval and verdict, null for that one itself.
        """
        return self.query(
            """
            select
                metrics.fold, metrics.recommender, metrics.list_type, metrics.segment_type,
                metrics.segment, metrics.metric, metrics.k, metrics.value, metrics.ci_low,
                metrics.ci_high, metrics.customers, comparisons.baseline, comparisons.difference,
                comparisons.ci_low as difference_low, comparisons.ci_high as difference_high,
                comparisons.verdict
            from marts.model_metrics as metrics
            left join marts.champions as champions on metrics.list_type = champions.list_type
            left join marts.model_comparisons as comparisons
                on
                    metrics.fold = comparisons.fold
                    and metrics.recommender = comparisons.recommender
                    and metrics.list_type = comparisons.list_type
                    and metrics.segment_type = comparisons.segment_type
                    and metrics.segment = comparisons.segment
                    and metrics.metric = comparisons.metric
                    and metrics.k = comparisons.k
                    and comparisons.baseline = coalesce(champions.recommender, 'popularity')
            where
                ($recommender is null or metrics.recommender = $recommender)
                and ($list_type is null or metrics.list_type = $list_type)
                and ($metric is null or metrics.metric = $metric)
                and ($k is null or metrics.k = $k)
                and metrics.segment_type = $segment_type
            order by
                metrics.fold desc, list_position($list_types, metrics.list_type), metrics.metric,
                metrics.k, metrics.segment, metrics.value desc nulls last, metrics.recommender
            """,
            recommender=recommender,
            list_type=list_type,
            metric=metric,
            k=k,
            segment_type=segment_type,
            list_types=list(JudgedList),
        )

    def evaluation_coverage(self) -> pa.Table:
        """Return whom the metrics are over and who and what was left out, newest fold first."""
        return self.query(
            """
            select
                fold, list_type, customers_with_history, customers_judged,
                customers_nothing_to_find, customers_not_sampled, customers_without_history,
                held_out, in_catalogue, share_outside
            from marts.evaluation_coverage
            order by fold desc, list_position($list_types, list_type)
            """,
            list_types=list(JudgedList),
        )

    def champions(self) -> pa.Table:
        """Return the recommender that serves each list, and why it was chosen."""
        return self.query(
            """
            select
                list_type, recommender, metric, k, value, baseline, difference, ci_low, ci_high,
                verdict, why
            from marts.champions
            order by list_position($list_types, list_type)
            """,
            list_types=list(ListType),
        )

    def input_audit(self) -> pa.Table:
        """Return how many lines of each source were accepted or rejected, and why."""
        return self.query(
            """
            select source, outcome, reason, rows
            from marts.input_audit
            order by source, outcome, rows desc, reason
            """
        )

    def uplift(self) -> list[Row]:
        """Return what each arm of the experiment brought; nothing where none runs."""
        if "uplift" not in self.tables():  # an earlier version built the file
            return []
        rows: list[Row] = self.query("select * exclude (run_id) from marts.uplift").to_pylist()
        return rows

    def missing_inputs(self) -> pa.Table:
        """Return what the shop's files don't have, and what the build goes without for it."""
        return self.query("select aspect, consequence from marts.input_support where not is_given")

    def run_history(self, limit: int = 5) -> list[Run]:
        """Return the last completed runs, newest first.

        Runs are only ever added, at the end of the table. The clock, which says when they
        finished, may have been set back between two of them.
        """
        rows = self.query(
            """
            select * exclude (run_number)
            from (select *, row_number() over () as run_number from marts.run_history)
            order by run_number desc
            limit $limit
            """,
            limit=limit,
        )
        return [record(Run, row) for row in rows.to_pylist()]

    def last_run(self) -> Run | None:
        """Return the newest completed run, or None before the first."""
        return next(iter(self.run_history(1)), None)

    def identity(self) -> Identity:
        """Return which build made the lists, or the last run where there are no lists."""
        made = self.row("select run_id, generated_at from marts.recommendations limit 1")
        if made is not None and made["generated_at"] is not None:
            return Identity(made["run_id"], in_utc(made["generated_at"]))
        run = self.last_run()
        return Identity(run.run_id, run.finished_at) if run else Identity(None, None)

    def unfinished_build(self) -> datetime | None:
        """Return when the last build began if it didn't finish, as after a crash; UTC.

        Each table is of one build, but not all of them of the same then.
        """
        is_told = self.row(
            """
            select 1 from duckdb_tables()
            where database_name = current_database()
                and schema_name = 'staging' and table_name = 'stg_build'
            """
        )
        if is_told is None:  # a copy without the layers below the marts
            return None
        row = self.row(
            """
            select started_at from staging.stg_build
            where run_id not in (select run_id from marts.run_history)
            """
        )
        return None if row is None else in_utc(row["started_at"])

    def health(self) -> Health:
        """Return what a monitor asks: is there a run, is it whole, and are there lists in it."""
        run = self.last_run()
        is_whole = self.unfinished_build() is None
        counts = self.row(
            """
            select
                (select count(*) from marts.customers) as customers,
                (select count(*) from marts.recommendations) as recommendations
            """
        )
        assert counts is not None  # noqa: S101 - two counts are always one row
        has_lists = counts["recommendations"] or (
            # without customers there are no personal lists
            not counts["customers"]
            and self.row("select 1 from marts.popular_products limit 1") is not None
        )
        return Health(
            status=("ok" if is_whole else "incomplete") if has_lists else "empty",
            database=str(self.path),
            run_id=run.run_id if run else None,
            finished_at=run.finished_at if run else None,
            **counts,
        )
