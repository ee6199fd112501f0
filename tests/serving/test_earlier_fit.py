"""Whether what blocks are served by stays for later builds."""

import duckdb
import pytest

from recsys.serving.earlier_fit import is_kept
from recsys.settings.project import RUN_VARIABLE


@pytest.mark.parametrize(
    ("days", "pin", "is_asked_for"),
    [(0, None, False), (7, None, True), (0, "last", True), (7, "5de8d3ce", True)],
)
def test_what_is_fitted_stays_where_a_setting_asks_for_it(monkeypatch, days, pin, is_asked_for):
    """And only in a build of `recsys build`: plain dbt has nobody who would keep it."""
    with duckdb.connect() as connection:
        settings = connection.sql(
            "select $days::integer as refit_after_days, $pin::varchar as pinned_fit",
            params={"days": days, "pin": pin},
        )
        monkeypatch.delenv(RUN_VARIABLE, raising=False)
        assert not is_kept(settings)
        monkeypatch.setenv(RUN_VARIABLE, "{}")
        assert is_kept(settings) is is_asked_for
