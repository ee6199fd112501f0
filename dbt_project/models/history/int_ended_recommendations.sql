{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ clear_ended_recommendations() }}"
) }}

-- the hook reads them, too
-- depends_on: {{ ref('stg_settings') }}
-- depends_on: {{ ref('int_folds') }}

with

lists_before as (
    {{ lists_before() }}
),

served as (select * from {{ ref('int_served_recommendations') }}),

list_runs as (select * from {{ ref('int_list_runs') }}),

-- the newest that is written down: `dbt retry` goes on with a run under another id
this_run as (
    select * from list_runs
    qualify row_number() over (order by run_number desc) = 1
),

going_on as (
    select * from served
    where not exists (select 1 from this_run where this_run.goes_back)
),

ended as (
    select
        lists_before.customer_id,
        lists_before.list_type,
        lists_before.rank,
        lists_before.product_id,
        lists_before.recommender,
        lists_before.probability,
        lists_before.since_run_id as run_id,
        lists_before.run_id as last_run_id,
        this_run.run_id as ended_run_id
    from lists_before
    cross join this_run
    -- when it began has to be known
    semi join list_runs on lists_before.since_run_id = list_runs.run_id
    anti join going_on on {{ is_served_on('lists_before', 'going_on') }}
    where not {{ is_empty_run() }}
)

select * from ended
order by customer_id, list_type, rank
