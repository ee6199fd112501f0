"""A dbt project of a few tables that builds in a second: what is tried is how builds end."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "dbt_project.yml": """
name: small
version: "1.0.0"
profile: small
vars: {label: none}
models: {small: {+materialized: table, marts: {+schema: marts, +tags: [published]}}}
on-run-start:
  - create schema if not exists tuning
  - |
    create table if not exists tuning.trials (
        study_id varchar, trial_number integer, run_id varchar, recommender varchar,
        metric varchar, k integer, list_type varchar, folds varchar[], known_until timestamp,
        sampler varchar, seed bigint, is_default boolean, parameters varchar, state varchar,
        value double, steps double[], message varchar, seconds double, finished_at timestamp,
        package_version varchar, primary key (study_id, trial_number)
    )
""",
    "profiles.yml": """
small:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: "{{ env_var('RECSYS_DATABASE') }}"
      threads: 2
      config_options: {storage_compatibility_version: v1.2.0}
      plugins:
        - {module: recsys.dbt.plugin, config: {shop: "{{ env_var('SMALL_SHOP') }}"}}
""",
    "macros/schema.sql": """
{% macro generate_schema_name(custom, node) %}{{ custom or 'main' }}{% endmacro %}
""",
    "models/int_customers.sql": """
{{ config(schema='intermediate') }}
select i::varchar as customer_id, md5('{{ var("label") }}' || i) as note
from range(60000) as customers (i)
""",
    "models/marts/customers.sql": """
select * from {{ ref('int_customers') }}
""",
    "models/marts/products.sql": """
select i as product_id, hash(i || '{{ var("label") }}') as number from range(100000) as products (i)
""",
    "models/marts/recommendations.sql": """
{{ config(materialized='view') }}
select * from {{ ref('customers') }}
""",
    "models/marts/run_history.sql": """
{{ config(materialized='incremental', incremental_strategy='append') }}
-- depends_on: {{ ref('customers') }}
-- depends_on: {{ ref('products') }}
-- depends_on: {{ ref('recommendations') }}
select '{{ var("label") }}' as run_id, cast(now() as timestamp) as finished_at
""",
}


def write_project(folder: Path) -> Path:
    """Write the project's files into a folder, and return it."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
