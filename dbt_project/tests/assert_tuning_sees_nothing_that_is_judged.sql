-- parameters must not be chosen on judged folds, where they would look too good
with

judged as (select min(cutoff_at) as cutoff_at from {{ ref('int_folds') }} where purpose = 'judge'),

events as (select * from {{ ref('int_events') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

targets as (
    select distinct
        fold,
        customer_id,
        product_id
    from {{ ref('int_tuning_targets') }}
),

-- targets are purchases between their cut-off and the first judged one
bought as (
    select distinct
        targets.fold,
        targets.customer_id,
        targets.product_id
    from targets
    cross join judged
    inner join customers on targets.customer_id = customers.customer_id
    inner join products on targets.product_id = products.product_id
    inner join events
        on customers.customer_key = events.customer_key and products.product_key = events.product_key
    where
        events.occurred_at >= strptime(targets.fold, '%Y-%m-%d')
        and events.occurred_at < coalesce(judged.cutoff_at, timestamp 'infinity')
)

select
    'target' as what,
    targets.fold as name
from targets
left join bought
    on
        targets.fold = bought.fold
        and targets.customer_id = bought.customer_id
        and targets.product_id = bought.product_id
where bought.product_id is null

union all

select
    'label window' as what,
    folds.fold as name
from {{ ref('int_tuning_folds') }} as folds
inner join judged on folds.label_until > judged.cutoff_at

union all

select
    'parameters' as what,
    tuned.recommender as name
from {{ ref('int_tuned_parameters') }} as tuned
inner join judged on tuned.known_until > judged.cutoff_at
