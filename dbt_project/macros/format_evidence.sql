{#
  Whether a text can only be a number with a decimal comma, or with a decimal point: '1,5', '1.234,50'
  and '1,5000', not '1,234', which may be one and a bit or a thousand.
#}
{% macro shows_decimal(column, separator) -%}
    {%- set sign, other = (',', '.') if separator == 'comma' else ('.', ',') -%}
    typeof({{ column }}) = 'VARCHAR'
    and contains(cast({{ column }} as varchar), '{{ sign }}')
    and regexp_matches(
        cast({{ column }} as varchar),
        '^[^{{ sign }}]*(?:[{{ sign }}](?:[0-9]{1,2}|[0-9]{4,})|(?:[{{ other }}][0-9]{3}|\b0)[{{ sign }}][0-9]+)[^0-9]*$'
    )
{%- endmacro %}

{#
  Whether a date written in numbers can only be day, month, year ('dmy'), or month, day, year ('mdy'),
  or either (''). Dots stand between days and months, never the other way round.
#}
{% macro shows_date_order(column, date_order) -%}
    {%- set text = 'trim(cast(' ~ column ~ ' as varchar))' -%}
    {%- set is_dotted = 'regexp_matches(' ~ text ~ ", '^[0-9]{1,2}[.]')" -%}
    {%- set first = 'try_cast(regexp_extract(' ~ text ~ ", '^([0-9]{1,2})[-./ ,]', 1) as integer)" -%}
    {%- set second = 'try_cast(regexp_extract(' ~ text ~ ", '^[0-9]{1,2}[-./ ,]{1,2}([0-9]{1,2})[-./ ,]', 1) as integer)" -%}
    typeof({{ column }}) = 'VARCHAR'
    and cast({{ column }} as varchar) not like '____-__-__%'
    and regexp_matches({{ text }}, '{{ day_month_year() }}')
    {% if date_order == 'dmy' -%}
    and ({{ is_dotted }} or {{ first }} between 13 and 31) and {{ second }} <= 12
    {%- elif date_order == 'mdy' -%}
    and not {{ is_dotted }} and {{ first }} <= 12 and {{ second }} between 13 and 31
    {%- else -%}
    and not {{ is_dotted }} and {{ first }} <= 12 and {{ second }} <= 12
    {%- endif %}
{%- endmacro %}
