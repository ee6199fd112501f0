{% set scored_tables = ['int_candidates', 'int_hybrid_candidates', 'recommendations'] %}

{% for table in scored_tables %}
select
    '{{ table }}' as scored_table,
    recommender,
    count(*) as rows
from {{ ref(table) }}
where score is null or not isfinite(score)
group by recommender
{% if not loop.last %}union all{% endif %}
{% endfor %}
