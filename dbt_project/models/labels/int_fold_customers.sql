with

folds as (select * from {{ ref('int_customer_folds') }}),

interactions as (select * from {{ ref('int_interactions') }}),

held_out as (select * from {{ ref('int_held_out') }}),

customers as (select * from {{ ref('int_customers') }}),

settings as (select * from {{ ref('stg_settings') }}),

with_history as (
    select
        fold,
        customer_key,
        count(*) filter (where is_learned_from) as products,
        sum(orders) filter (where is_learned_from) as orders,
        max(last_at) as last_at
    from interactions
    where orders > 0
    group by fold, customer_key
    having count(*) filter (where is_learned_from) > 0
),

with_hits as (
    select distinct
        fold,
        customer_key
    from held_out
),

eligible as (
    select
        with_history.fold,
        with_history.customer_key,
        customers.customer_id,
        customers.customer_hash,
        with_history.products,
        with_history.orders,
        folds.purpose,
        case when folds.purpose <> 'serve' then with_hits.customer_key is not null end as has_hits
    from with_history
    inner join folds on with_history.fold = folds.fold
    inner join customers on with_history.customer_key = customers.customer_key
    cross join settings
    left join with_hits
        on with_history.fold = with_hits.fold and with_history.customer_key = with_hits.customer_key
    -- active_within_days limits the lists of `serving` only; past folds judge all customers
    where
        folds.purpose <> 'serve'
        or coalesce(settings.active_within_days, 0) = 0
        or with_history.last_at >= folds.cutoff_at - settings.active_within_days * interval 1 day
),

numbered as (
    select
        *,
        -- a hash of the id selects the sample, so every run has the same one
        row_number() over (
            partition by fold, has_hits order by customer_hash, customer_key
        ) as sample_number,
        count(*) over (partition by fold, has_hits) as customers_of_kind
    from eligible
),

-- `serving` ranks for all customers with a history. A past fold ranks for a sample of the judged customers
-- and for as many others, because a model trained on buyers alone would overestimate purchases
sampled as (
    select
        numbered.fold,
        numbered.customer_key,
        numbered.customer_id,
        numbered.products,
        numbered.orders,
        numbered.has_hits,
        numbered.customers_of_kind / count(*) over (
            partition by numbered.fold, numbered.has_hits
        ) as sample_weight
    from numbered
    cross join settings
    where numbered.purpose = 'serve' or numbered.sample_number <= settings.judged_customers
)

select * from sampled
