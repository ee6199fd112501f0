{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}

-- a run has a row only if every public table was built in it
-- depends_on: {{ ref('recommendations') }}
-- depends_on: {{ ref('recommendation_details') }}
-- depends_on: {{ ref('recommendations_history') }}
-- depends_on: {{ ref('recommendation_outcomes') }}
-- depends_on: {{ ref('outcome_metrics') }}
-- depends_on: {{ ref('calibration_history') }}
-- depends_on: {{ ref('list_changes') }}
-- depends_on: {{ ref('recommendation_audit') }}
-- depends_on: {{ ref('predicted_ratings') }}
-- depends_on: {{ ref('similar_products') }}
-- depends_on: {{ ref('bought_together') }}
-- depends_on: {{ ref('popular_products') }}
-- depends_on: {{ ref('customer_attributes') }}
-- depends_on: {{ ref('stores') }}
-- depends_on: {{ ref('product_stores') }}
-- depends_on: {{ ref('promotion_effects') }}
-- depends_on: {{ ref('customer_promotion_sensitivity') }}
-- depends_on: {{ ref('ratings') }}
-- depends_on: {{ ref('model_metrics') }}
-- depends_on: {{ ref('model_comparisons') }}
-- depends_on: {{ ref('reranking_effects') }}
-- depends_on: {{ ref('expected_demand') }}
-- depends_on: {{ ref('demand_backtest') }}
-- depends_on: {{ ref('demand_metrics') }}
-- depends_on: {{ ref('evaluation_coverage') }}
-- depends_on: {{ ref('basket_metrics') }}
-- depends_on: {{ ref('reason_faithfulness') }}
-- depends_on: {{ ref('rating_metrics') }}
-- depends_on: {{ ref('rejected_rows') }}
-- depends_on: {{ ref('input_audit') }}
-- depends_on: {{ ref('run_shares') }}
-- depends_on: {{ ref('drift') }}
-- depends_on: {{ ref('cleaning_report') }}
-- depends_on: {{ ref('input_support') }}
-- depends_on: {{ ref('product_titles') }}
-- depends_on: {{ ref('customer_preferences') }}
-- depends_on: {{ ref('replenishment') }}
-- depends_on: {{ ref('replenishment_metrics') }}
-- depends_on: {{ ref('replenishment_calibration') }}
-- depends_on: {{ ref('preference_metrics') }}
-- depends_on: {{ ref('product_audiences') }}
-- depends_on: {{ ref('probability_calibration') }}
-- depends_on: {{ ref('feature_importances') }}
-- depends_on: {{ ref('tuned_parameters') }}
-- depends_on: {{ ref('tuning_trials') }}
-- depends_on: {{ ref('rules') }}
-- depends_on: {{ ref('rule_effects') }}

with

settings as (select * from {{ ref('stg_settings') }}),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

fit as (select * from {{ ref('int_fit') }}),

champions as (select * from {{ ref('champions') }}),

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
    {{ build_seconds() }} as seconds,
    settings.package_version,
    settings.shop,
    cast(folds.cutoff_at - interval 1 day as date) as as_of,
    counts.purchases,
    counts.customers,
    counts.products,
    headline.ndcg_at_10_discover,
    headline.ndcg_at_10_buy_again,
    headline.ndcg_at_10_next_basket,
    fit.fit_run_id,
    fit.days as days_since_fit,
    -- the whole row
    cast(to_json(settings) as varchar) as parameters -- noqa: RF02
from settings
cross join folds
cross join counts
cross join headline
cross join fit
where {{ is_complete_run() }}
