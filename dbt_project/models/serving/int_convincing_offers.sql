{# Least share of a product's probability that is due to its offer. #}
{% set least_share = 0.1 %}
{# Who bought a product so often, so large a share of it at a discount, usually buys it at one. #}
{% set least_orders = 3 %}
{% set usual_share = 2 / 3 %}

with

offers as (select * from {{ ref('int_served_offers') }}),

parts as (select * from {{ ref('int_offer_parts') }}),

customer_products as (select * from {{ ref('int_customer_product_features') }} where fold = 'serving'),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

convincing as (
    select
        offers.*,
        case
            when own.orders >= {{ least_orders }} and own.discounted_share >= {{ usual_share }} then 'usual_offer'
            else 'on_offer'
        end as reason_kind,
        own.orders as own_orders,
        own.discounted_share as own_discounted_share,
        cast(folds.cutoff_at as date) as today
    from offers
    inner join parts on offers.customer_key = parts.customer_key and offers.product_key = parts.product_key
    cross join folds
    left join customer_products as own
        on offers.customer_key = own.customer_key and offers.product_key = own.product_key
    where parts.share >= {{ least_share }}
)

select
    customer_key,
    product_key,
    reason_kind,
    concat(
        reason_kind,
        case when reason_kind = 'on_offer' and is_at_own_store then '_store' end,
        case when starts is not null then '_from' when ends is not null then '_until' end
    ) as phrase_key,
    coalesce(starts, ends) as reason_date,
    case when reason_kind = 'usual_offer' then own_orders end as reason_count,
    case reason_kind when 'usual_offer' then own_discounted_share else discount end as reason_share,
    cast(ends - today as integer) as reason_days
from convincing
