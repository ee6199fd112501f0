with

folds as (select * from {{ ref('int_folds') }}),

interactions as (select * from {{ ref('int_interactions') }}),

held_out as (select * from {{ ref('int_held_out') }}),

customers as (select * from {{ ref('int_customers') }}),

settings as (select * from {{ ref('stg_settings') }}),

with_history as (
    select
        fold,
        customer_key,
        count(*) as products,
        sum(orders) as orders
    from interactions
    where in_catalogue and orders > 0
    group by fold, customer_key
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
        with_history.products,
        with_history.orders,
        -- the same customers in every run: a hash of the id decides, not chance
        row_number() over (
            partition by with_history.fold order by md5(customers.customer_id), customers.customer_id
        ) as sample_number,
        folds.purpose
    from with_history
    inner join folds on with_history.fold = folds.fold
    inner join customers on with_history.customer_key = customers.customer_key
    left join with_hits
        on with_history.fold = with_hits.fold and with_history.customer_key = with_hits.customer_key
    -- a past fold ranks only for those it can judge; today's ranks for everyone with a history
    where folds.purpose = 'serve' or with_hits.customer_key is not null
),

sampled as (
    select
        eligible.fold,
        eligible.customer_key,
        eligible.customer_id,
        eligible.products,
        eligible.orders
    from eligible
    cross join settings
    where eligible.purpose = 'serve' or eligible.sample_number <= settings.judged_customers
)

select * from sampled
