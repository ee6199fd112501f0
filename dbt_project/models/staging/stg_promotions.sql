-- A calendar of products, stores and weeks has many lines and few values: each value is cleaned once.
{% set ids = ['product_id', 'store_id'] %}
{% set days = ['starts', 'ends', 'week', 'planned_at'] %}
{% set columns = ids + ['category', 'kind', 'discount'] + days %}

with

lines as (select * from {{ source('shop', 'promotions') }}),

settings as (select * from {{ ref('stg_settings') }}),

{% for column in columns %}
{{ column }}_written as (select distinct {{ column }} as written from lines where {{ column }} is not null),

{% endfor %}
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
),

{% for column in ids %}
{{ column }}_values as (
    select
        written,
        {{ clean_id('written', '(select ' ~ has_float_ids('written') ~ ' from ' ~ column ~ '_written)') }} as value
    from {{ column }}_written
),

{% endfor %}
{% for column in days %}
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
),

{% endfor %}
category_values as (
    select
        written,
        {{ clean_text(listed_category('written', 2)) }} as value
    from category_written
),

kind_values as (
    select
        written,
        lower({{ clean_text(as_text('written')) }}) as value
    from kind_written
),

discount_values as (
    select
        discount_written.written,
        {{ clean_share('discount_written.written', "coalesce(settings.decimal_separator = ',', false)") }} as value
    from discount_written
    cross join settings
),

cast_lines as (
    select
        lines.*,
        {% for column in columns %}
        {{ column }}_values.value as clean_{{ column }},
        {% endfor %}
        cast(coalesce(starts_values.value, week_values.value) as date) as first_day,
        cast(coalesce(ends_values.value, week_values.value + interval 6 day) as date) as last_day,
        settings.earliest_day
    from lines
    cross join settings
    {% for column in columns %}
    left join {{ column }}_values on lines.{{ column }} = {{ column }}_values.written
    {% endfor %}
),

judged as (
    select
        *,
        case
            when clean_product_id is null and clean_category is null then 'missing_product_id'
            when first_day is null and {{ is_empty('starts') }} and {{ is_empty('week') }} then 'missing_starts'
            when first_day is null then 'unreadable_starts'
            when first_day < earliest_day then 'implausible_starts'
            when clean_ends is null and not {{ is_empty('ends') }} then 'unreadable_ends'
            when last_day < first_day then 'ends_before_it_starts'
            when clean_planned_at is null and not {{ is_empty('planned_at') }} then 'unreadable_planned_at'
            when not coalesce(clean_discount between 0 and 1, false) and not {{ is_empty('discount') }}
                then 'unreadable_discount'
        end as reject_reason
    from cast_lines
)

select
    case when reject_reason is not null then file end as file, -- noqa: RF04
    case when reject_reason is not null then row_number end as row_number,
    clean_product_id as product_id,
    case when clean_product_id is null then clean_category end as category,
    clean_store_id as store_id,
    first_day as starts, -- noqa: RF04
    last_day as ends,
    clean_kind as kind,
    clean_discount as discount,
    clean_planned_at as planned_at,
    reject_reason,
    case
        when reject_reason is not null then to_json(struct_pack(
            {% for column in columns %}
            {{ column }} := {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        ))
    end as row_json
from judged
