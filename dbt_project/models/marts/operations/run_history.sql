{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

with

settings as (select * from {{ ref('stg_settings') }}),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

champions as (select * from {{ ref('champions') }}),

-- named so that the run is written down only once its lists and numbers are there
recommendations as (select count(*) as rows from {{ ref('recommendations') }}),

model_metrics as (select count(*) as rows from {{ ref('model_metrics') }}),

rating_metrics as (select count(*) as rows from {{ ref('rating_metrics') }}),

counts as (
    select
        (select count(*) from {{ ref('purchases') }}) as purchases,
        (select count(*) from {{ ref('customers') }}) as customers,
        (select count(*) from {{ ref('products') }}) as products
),

headline as (
    select
        max(value) filter (where list_type = 'discover') as ndcg_at_10_discover,
        max(value) filter (where list_type = 'buy_again') as ndcg_at_10_buy_again,
        max(value) filter (where list_type = 'next_basket') as ndcg_at_10_next_basket
    from champions
)

select
    {{ run_id() }} as run_id,
    {{ build_started_at() }} as started_at,
    cast(now() at time zone 'UTC' as timestamp) as finished_at,
    round(epoch(now()) - epoch({{ build_started_at() }}), 1) as seconds,
    settings.package_version,
    settings.shop,
    cast(folds.cutoff_at - interval 1 day as date) as as_of,
    counts.purchases,
    counts.customers,
    counts.products,
    headline.ndcg_at_10_discover,
    headline.ndcg_at_10_buy_again,
    headline.ndcg_at_10_next_basket,
    -- the whole row
    cast(to_json(settings) as varchar) as parameters -- noqa: RF02
from settings
cross join folds
cross join counts
cross join headline
cross join recommendations
cross join model_metrics
cross join rating_metrics
