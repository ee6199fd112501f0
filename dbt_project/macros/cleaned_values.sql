{#
  CTEs that clean ids and days of a calendar. A calendar of products, stores and days has many lines and few
  values: each value is cleaned once. Reads the CTEs `lines` and `settings`. Makes `<column>_written` (written) of
  each of `columns`, and `<column>_values` (written, value) of those that are `ids` or `days`. Of a day that is
  a week of ISO 8601, such as 2024-W05, the value is its Monday.
#}
{% macro cleaned_values(columns, ids, days) -%}
{% for column in columns -%}
{{ column }}_written as (select distinct {{ column }} as written from lines where {{ column }} is not null),

{% endfor -%}
-- the order of day and month, where the dates agree in it
shown_orders as (
    {% for column in days %}
    select {{ shown_date_order('written') }} as shown from {{ column }}_written
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

agreed as (select case when count(distinct shown) = 1 then min(shown) end as date_order from shown_orders),

date_orders as (
    select coalesce(settings.date_order, agreed.date_order) as date_order
    from settings
    cross join agreed
)

{%- for column in ids %},

{{ column }}_values as (
    select
        written,
        {{ clean_id('written', '(select ' ~ has_float_ids('written') ~ ' from ' ~ column ~ '_written)') }} as value
    from {{ column }}_written
)
{%- endfor %}

{%- for column in days %},

{{ column }}_values as (
    {% set text = 'cast(' ~ column ~ '_written.written as varchar)' %}
    select
        {{ column }}_written.written,
        {% set dated = ("case when regexp_full_match(" ~ text ~ ", '[0-9]{4}-?W[0-9]{2}') "
            ~ "then concat(" ~ text ~ ", '-1') else " ~ text ~ " end") %}
        {{ clean_time(dated, 'date_orders.date_order', 'settings.timezone') }} as value
    from {{ column }}_written
    cross join date_orders
    cross join settings
)
{%- endfor %}
{%- endmacro %}
