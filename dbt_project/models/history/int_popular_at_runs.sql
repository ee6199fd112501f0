{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ clear_popular_at_runs() }}"
) }}

-- so many products of each run are kept: what is further down, next to nobody buys
{% set kept_products = 1000 %}

-- the hook reads them, too
-- depends_on: {{ ref('stg_settings') }}
-- depends_on: {{ ref('int_folds') }}

with

fold_products as (select * from {{ ref('int_fold_products') }} where in_catalogue and fold = 'serving'),

list_runs as (select * from {{ ref('int_list_runs') }}),

-- the newest that is written down: `dbt retry` goes on with a run under another id
this_run as (
    select * from list_runs
    qualify row_number() over (order by run_number desc) = 1
),

popular as (
    select
        this_run.run_id,
        fold_products.product_id,
        cast({{ popularity_rank('fold_products') }} as integer) as popularity_rank
    from fold_products
    cross join this_run
    where not {{ is_empty_run() }}
)

select * from popular
where popularity_rank <= {{ kept_products }}
order by popularity_rank
