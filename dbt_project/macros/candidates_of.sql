{# The candidates tables of some recommenders, one below the other. #}
{% macro candidates_of(names) -%}
{% for name in names %}
select
    fold,
    '{{ name }}' as recommender,
    customer_key,
    product_key,
    score,
    is_new,
    rank_in_group
from {{ ref('rec_' ~ name) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
{%- endmacro %}
