{# What tells one experiment from another, of a row of settings as JSON: who is in which arm, and what serves it. #}
{% macro experiment_design(parameters) -%}
    {%- set names = ['experiment_name', 'control_share', 'challenger_share', 'challenger'] -%}
    concat_ws(
        '; ', {% for name in names %}coalesce(json_extract_string({{ parameters }}, '$.{{ name }}'), 'none')
        {%- if not loop.last %}, {% endif %}{% endfor %}
    )
{%- endmacro %}
