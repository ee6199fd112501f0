{% set served = [
    'recommendations', 'predicted_ratings', 'customer_preferences', 'product_audiences', 'recommendation_audit', 'replenishment'
] %}

with

held_out as (
    select customers.customer_id
    from {{ ref('int_customer_arms') }} as customer_arms
    inner join {{ ref('int_customers') }} as customers on customer_arms.customer_key = customers.customer_key
    where customer_arms.arm = 'control'
)

{% for table in served %}
select
    '{{ table }}' as place,
    served.customer_id
from {{ ref(table) }} as served
semi join held_out on served.customer_id = held_out.customer_id
{% if not loop.last %}union all{% endif %}
{% endfor %}
