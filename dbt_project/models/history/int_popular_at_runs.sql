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

list_runs as (select * from {{ ref('int_list_runs') }} where run_id = {{ run_id() }}),

popular as (
    select
        list_runs.run_id,
        fold_products.product_id,
        cast({{ popularity_rank('fold_products') }} as integer) as popularity_rank
    from fold_products
    cross join list_runs
)

select * from popular
where popularity_rank <= {{ kept_products }}
order by popularity_rank
