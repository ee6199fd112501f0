{# The place of a catalogue product among the most popular of its fold: how many bought it lately, then how many ever. #}
{% macro popularity_rank(fold_products) -%}
row_number() over (
            partition by {{ fold_products }}.fold
            order by {{ fold_products }}.recent_customers desc, {{ fold_products }}.tie_order asc
        )
{%- endmacro %}
