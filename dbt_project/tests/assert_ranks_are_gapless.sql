-- Every ranked table, with the columns within which it ranks.
{% set ranked_tables = {
    'recommendations': ['customer_id', 'list_type'],
    'predicted_ratings': ['customer_id', 'recommender'],
    'similar_products': ['product_id', 'method'],
    'bought_together': ['product_id'],
    'popular_products': ['category'],
    'int_ranked_lists': ['fold', 'recommender', 'list_type', 'customer_id'],
} %}

{% for table, columns in ranked_tables.items() %}
select
    '{{ table }}' as ranked_table,
    concat_ws(' ', {{ columns | join(', ') }}) as ranked_within,
    count(*) as rows,
    min(rank) as first_rank,
    max(rank) as last_rank
from {{ ref(table) }}
group by {{ columns | join(', ') }}
having min(rank) <> 1 or max(rank) <> count(*) or count(distinct rank) <> count(*)
{% if not loop.last %}union all{% endif %}
{% endfor %}
