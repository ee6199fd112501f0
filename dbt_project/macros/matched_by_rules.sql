{#
  What rules do to products of lists. Reads the CTEs `pool` (fold, list_type, customer_key, product_key) and
  `list_rules` (trial, fold, list_type, customer_key, rule_key).
#}
{% macro matched_by_rules() -%}
select
    list_rules.trial,
    touched.fold,
    touched.list_type,
    touched.customer_key,
    touched.product_key,
    touched.rule_key,
    touched.action,
    touched.value,
    touched.side,
    touched.group_name,
    touched.action in (
        'exclude', 'require', 'price_min', 'price_max', 'price_band', 'in_stock_only', 'not_bought_within'
    ) as is_dropped
from (
    -- few rules are about a product, so that this comes before the lists' own rules
    select
        pool.fold,
        pool.list_type,
        pool.customer_key,
        rule_products.*  exclude (fold)
    from pool
    inner join {{ ref('int_rule_products') }} as rule_products
        on pool.fold = rule_products.fold and pool.product_key = rule_products.product_key
) as touched
inner join list_rules
    on
        touched.fold = list_rules.fold
        and touched.list_type = list_rules.list_type
        and touched.customer_key = list_rules.customer_key
        and touched.rule_key = list_rules.rule_key
left join {{ ref('int_customer_features') }} as features
    on
        touched.action = 'price_band'
        and touched.fold = features.fold
        and touched.customer_key = features.customer_key
left join {{ ref('int_interactions') }} as interactions
    on
        touched.action = 'not_bought_within'
        and touched.fold = interactions.fold
        and touched.customer_key = interactions.customer_key
        and touched.product_key = interactions.product_key
        and interactions.orders > 0
left join {{ ref('int_folds') }} as folds on touched.fold = folds.fold
where case touched.action
    when 'price_band' then {{ is_outside_band('touched.price', 'features.usual_price', 'touched.value') }}
    when 'not_bought_within' then coalesce(
        interactions.last_at >= folds.cutoff_at - cast(touched.value as integer) * interval 1 day, false
    )
    else true
end
{%- endmacro %}

{# Whether a price is further from what a customer usually pays than a percentage; of new customers nothing is usual. #}
{% macro is_outside_band(price, usual_price, percentage) -%}
    coalesce(
        {{ usual_price }} is not null and coalesce(
            abs({{ price }} - {{ usual_price }}) > {{ usual_price }} * cast({{ percentage }} as double) / 100, true
        ),
        false
    )
{%- endmacro %}
