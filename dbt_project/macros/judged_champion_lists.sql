{# The lists of champions that are judged: fold, list_type, customer_key and their ideal_dcg at the length of lists. #}
{% macro judged_champion_lists() -%}
{#- as long as a list may be -#}
{%- set longest = 20 -%}
select
    judged_lists.fold,
    judged_lists.list_type,
    customers.customer_key,
    ideals.ideal_dcg
from {{ ref('int_judged_lists') }} as judged_lists
inner join {{ ref('int_champions') }} as champions
    on judged_lists.list_type = champions.list_type and judged_lists.recommender = champions.recommender
inner join {{ ref('int_customers') }} as customers on judged_lists.customer_id = customers.customer_id
cross join {{ ref('stg_settings') }} as settings
inner join ({{ ideal_gains(longest) }}) as ideals on least(settings.list_length, judged_lists.relevant) = ideals.n
where judged_lists.has_history
{%- endmacro %}

{# Half the width of the 95 % interval of a mean: normal, over customers. Null for a single customer. #}
{% macro half_width(expression) -%}
    1.96 * stddev_samp({{ expression }}) / sqrt(count({{ expression }}))
{%- endmacro %}
