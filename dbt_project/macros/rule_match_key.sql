{# What a name in a rule is compared by: ids of products as they are, all other names in any case. #}
{% macro rule_match_key(kind, name) -%}
    case when {{ kind }} = 'product' then {{ name }} else lower({{ name }}) end
{%- endmacro %}
