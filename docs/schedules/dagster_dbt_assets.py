"""Dagster with dagster-dbt: every table of the build is an asset.

This runs plain `dbt build`, which writes into the database itself: readers are locked out until it
ends (docs/publishing.md). To publish as a whole, use dagster_job.py. The environment names the shop
file (RECSYS_SHOP) and the database (RECSYS_DATABASE).

Tried with dagster-dbt 0.29.27: dagster dev -f dagster_dbt_assets.py
"""

from pathlib import Path

import dagster
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

from recsys.settings.project import dbt_project_folder

FOLDER = Path(dbt_project_folder())
project = DbtProject(project_dir=FOLDER, profiles_dir=FOLDER)
if not project.manifest_path.exists():
    DbtCliResource(project_dir=project).cli(["parse"], target_path=project.target_path).wait()


@dbt_assets(manifest=project.manifest_path, exclude="test_type:unit")
def tables(context: dagster.AssetExecutionContext, dbt: DbtCliResource):
    """Build every table and run every test."""
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    yield from dbt.cli(arguments, context=context).stream()


nightly = dagster.define_asset_job("recsys_tables", selection=[tables])
definitions = dagster.Definitions(
    assets=[tables],
    resources={"dbt": DbtCliResource(project_dir=project)},
    jobs=[nightly],
    schedules=[dagster.ScheduleDefinition(job=nightly, cron_schedule="30 3 * * *")],
)
