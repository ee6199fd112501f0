{# So many intervals of the customer's own count as much as those of all who buy the product. Chosen on Complete
   Journey's fold 2017-11-06, learned from the one before: 0, .5, 1, 2 and 4 gave a Brier skill within 28 days of
   .1554, .1587, .1601, .1612 and .1615; 4 was worse within 7 and 14 days. #}
{% set weight_of_product = 2 %}

-- What customers have bought at least twice, and how long they usually wait until the next time.
with

features as (select * from {{ ref('int_customer_product_features') }} where usual_interval is not null),

product_intervals as (select * from {{ ref('int_product_intervals') }}),

pairs as (
    select
        features.fold,
        features.customer_key,
        features.product_key,
        features.orders,
        features.days_since_last,
        {{ own_interval('features.') }} as own_interval,
        coalesce(of_product.usual_interval, of_all.usual_interval) as product_interval,
        of_all.usual_interval as overall_interval
    from features
    left join product_intervals as of_product
        on features.fold = of_product.fold and features.product_key = of_product.product_key
    left join product_intervals as of_all on features.fold = of_all.fold and of_all.product_key is null
),

-- the geometric mean, for intervals differ by factors; without a past fold the customer's own is all there is
waiting as (
    select
        *,
        coalesce(
            round(
                exp(
                    ((orders - 1) * ln(own_interval) + {{ weight_of_product }} * ln(product_interval))
                    / (orders - 1 + {{ weight_of_product }})
                ),
                6
            ),
            own_interval
        ) as usual_interval
    from pairs
)

select
    *,
    days_since_last / usual_interval * {{ repurchase_steps() }} as steps,
    case
        {% for intervals in [8, 4, 2] %}
        when orders > {{ intervals }} then {{ intervals }}
        {% endfor %}
        else 1
    end as intervals_from
from waiting
