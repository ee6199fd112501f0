{# What an event weighs at a cut-off: 1 on the day, half after each half-life. #}
{% macro decayed(event_at, cutoff_at, half_life_days) -%}
    power(0.5, {{ days_between(event_at, cutoff_at) }} / {{ half_life_days }})
{%- endmacro %}
