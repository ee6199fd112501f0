{#
  Whether ratings say one thing only, as likes do: they tell what interests, not how much. A few that
  agree may be ratings all the same.
#}
{% macro is_unary(rating) -%}
    (count({{ rating }}) >= 10 and min({{ rating }}) = max({{ rating }}))
{%- endmacro %}
