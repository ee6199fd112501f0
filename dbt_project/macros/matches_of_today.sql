{#
  What rules do to all that today's lists may hold, as admitted_by_rules and placed_by_rules read it. A product may
  both be pinned and fill a list up: it counts once.
#}
{% macro matches_of_today() -%}
select
    *,
    0 as trial
from {{ ref('int_rule_matches') }}
union
select
    *,
    0 as trial
from {{ ref('int_filler_matches') }}
{%- endmacro %}
