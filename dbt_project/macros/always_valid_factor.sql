{#
  How many standard errors wide half an interval is that holds with 95 % at all looks together: the normal-mixture
  boundary of asymptotic confidence sequences (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Annals of
  Statistics 52:6). `information` grows with what was observed; at 1 the factor is least.
#}
{% macro always_valid_factor(information) -%}
{#- the r for which (1 + 1/r) ln((1 + r) / .05^2) is least -#}
{%- set best = 8.2115 -%}
    sqrt((1 + 1 / ({{ best }} * {{ information }})) * ln((1 + {{ best }} * {{ information }}) / power(0.05, 2)))
{%- endmacro %}
