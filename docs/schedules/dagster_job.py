"""Dagster: build the recommendations of the shop every night.

Tried with Dagster 1.13.27: dagster dev -f dagster_job.py
"""

import os
import subprocess

import dagster

RECSYS = os.environ.get("RECSYS_COMMAND", "/opt/recsys/.venv/bin/recsys")
SHOP = os.environ.get("RECSYS_SHOP", "/etc/recsys/my_shop.yml")
MAY_PASS = {4: "another process builds the database", 5: "the disk is full"}
"""Exit codes after which a later try may succeed: docs/schedules.md has all."""


@dagster.asset(description="The database of recommendations, published as a whole or not at all.")
def recommendations(context: dagster.AssetExecutionContext) -> None:
    """Run `recsys build`; the database is what RECSYS_DATABASE says."""
    command = [RECSYS, "build", "--shop", SHOP]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    context.log.info(done.stdout)
    if done.returncode in MAY_PASS:
        raise dagster.RetryRequested(max_retries=2, seconds_to_wait=1200)
    if done.returncode != 0:
        raise dagster.Failure(f"recsys build exited with {done.returncode}: {done.stderr}")


nightly = dagster.define_asset_job("recsys_build", selection=[recommendations])
definitions = dagster.Definitions(
    assets=[recommendations],
    jobs=[nightly],
    schedules=[dagster.ScheduleDefinition(job=nightly, cron_schedule="30 3 * * *")],
)
