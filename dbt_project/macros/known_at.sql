{#
  Whether a fold's cut-off knows that something happened: it was before it. What has no time is known today
  alone, by the fold that serves.
#}
{% macro known_at(folds, happened_at) -%}
    ({{ folds }}.cutoff_at > {{ happened_at }} or ({{ happened_at }} is null and {{ folds }}.purpose = 'serve'))
{%- endmacro %}
