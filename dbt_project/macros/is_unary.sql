{#
  Whether all ratings have the same value, as likes do: they tell what customers are interested in, not how
  much. A few ratings may be equal by chance, and count as ratings.
#}
{% macro is_unary(rating) -%}
    (count({{ rating }}) >= 10 and min({{ rating }}) = max({{ rating }}))
{%- endmacro %}
