{#
  An end of the 95 % interval of a share (Wilson 1927): the lower one with the sign -1, the upper one with 1. It
  stays between 0 and 1, and has a width where all or none are hits.
#}
{% macro wilson_bound(hits, rows, sign) -%}
{% set squared = 1.959963984540054 ** 2 %}
(
    {{ hits }} + {{ squared / 2 }}
    + {{ sign }} * {{ 1.959963984540054 }} * sqrt({{ hits }} * ({{ rows }} - {{ hits }}) / {{ rows }} + {{ squared / 4 }})
) / ({{ rows }} + {{ squared }})
{%- endmacro %}
