{# What a hit at a rank adds to the discounted cumulative gain. #}
{% macro gain(rank) -%}
1 / log2({{ rank }} + 1)
{%- endmacro %}

{# The best discounted cumulative gain that n relevant products allow, for n up to the longest list. #}
{% macro ideal_gains(longest) -%}
select
    longest.n,
    {{ exact_sum(gain('places.place')) }} as ideal_dcg
from unnest(range(1, {{ longest + 1 }})) as longest (n)
inner join unnest(range(1, {{ longest + 1 }})) as places (place) on longest.n >= places.place
group by longest.n
{%- endmacro %}
