"""Airflow: build the recommendations of the shop every night.

Tried with Airflow 3.3.2.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "recsys_build",
    description="Build the recommendations of the shop",
    schedule="30 3 * * *",
    start_date=datetime(2024, 1, 1),
    catchup=False,  # a build reads all there is: days that were missed need no builds of their own
    max_active_runs=1,
):
    BashOperator(
        task_id="recsys_build",
        bash_command="/opt/recsys/.venv/bin/recsys build --shop /etc/recsys/my_shop.yml",
        env={"RECSYS_DATABASE": "/var/lib/recsys/recsys.duckdb"},
        append_env=True,
        # another build or a full disk may be gone by then; other failures will fail again
        retries=2,
        retry_delay=timedelta(minutes=20),
    )
