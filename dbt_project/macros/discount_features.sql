{# How much of what was bought, and meets a condition, was bought at a discount, and how deep discounts were. #}
{% macro discount_features(condition, name) -%}
    count(*) filter (where {{ condition }} and discount > 0) / nullif(count(discount) filter (where {{ condition }}), 0)
        as discounted_share_{{ name }},
    cast(
        cast(sum(discount) filter (where {{ condition }}) as double)
        / nullif(cast(
            coalesce(sum(amount) filter (where {{ condition }}), 0) + sum(discount) filter (where {{ condition }})
            as double
        ), 0)
        as double
    ) as discount_depth_{{ name }}
{%- endmacro %}
