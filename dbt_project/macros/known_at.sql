{#
  Whether something happened before a fold's cut-off. Something without a time is known only to the fold
  `serving`.
#}
{% macro known_at(folds, happened_at) -%}
    ({{ folds }}.cutoff_at > {{ happened_at }} or ({{ happened_at }} is null and {{ folds }}.purpose = 'serve'))
{%- endmacro %}
