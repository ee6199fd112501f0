{# Whether a recommender that a setting names is built; true where it names none. Reads the setting `recommenders`. #}
{% macro is_built(name) -%}
    coalesce(
        {{ name }} in ('hybrid', 'fusion', 'profile', '{{ simple_recommenders() | join("', '") }}')
        or list_contains(string_split(replace(coalesce(recommenders, ''), ' ', ''), ','), {{ name }}),
        true
    )
{%- endmacro %}
