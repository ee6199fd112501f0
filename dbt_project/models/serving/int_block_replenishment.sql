-- What the customers of a block are about to buy again, the likeliest within a week first.
with

forecasts as (select * from {{ ref('int_repurchase_forecasts') }} where fold = 'serving'),

catalogue as (select * from {{ ref('int_fold_products') }} where fold = 'serving' and in_catalogue),

-- nothing that is proposed to customers is served of the control group
held_out as (select * from {{ ref('int_customer_arms') }} where arm = 'control'),

settings as (select * from {{ ref('stg_settings') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

ranked as (
    select
        forecasts.*,
        row_number() over (
            partition by forecasts.customer_key
            order by
                forecasts.probability_7_days desc nulls last,
                forecasts.days_since_last / forecasts.usual_interval desc,
                forecasts.product_key
        ) as rank
    from forecasts
    semi join catalogue on forecasts.product_key = catalogue.product_key
    anti join held_out on forecasts.customer_key = held_out.customer_key
)

select
    customers.customer_id,
    cast(ranked.rank as integer) as rank,
    products.product_id,
    ranked.orders,
    ranked.usual_interval,
    ranked.days_since_last,
    ranked.cutoff_at,
    ranked.probability_7_days,
    ranked.probability_14_days,
    ranked.probability_window,
    ranked.sooner_in_days,
    ranked.expected_in_days,
    ranked.later_in_days
from ranked
cross join settings
inner join customers on ranked.customer_key = customers.customer_key
inner join products on ranked.product_key = products.product_key
where ranked.rank <= settings.replenishment_products
order by customers.customer_id, ranked.rank
