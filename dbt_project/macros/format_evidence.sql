{#
  Whether a text can only be a number with a decimal comma, or with a decimal point: '1,5', '1.234,50',
  '1,5000', '5,-' and, with a comma, '1.234.567'; not '1,234', which may be one and a bit or a thousand.
  Of a currency that has three decimals '1,234' shows it, too.
#}
{% macro shows_decimal(column, separator) -%}
    {%- set sign, other = ('[,]', '[.]') if separator == 'comma' else ('[.]', '[,]') -%}
    typeof({{ column }}) = 'VARCHAR'
    and regexp_matches(
        cast({{ column }} as varchar),
        '^[^0-9]*(?:[0-9][0-9 ''’]*{{ sign }}(?:[0-9]{1,2}|[0-9]{4,}|-{1,2}|–|—)|(?:[0-9]{4,}|0+|[0-9]{1,3}(?:(?:{{ other }}| |''|’)[0-9]{2,3})+){{ sign }}[0-9]+|[0-9]{1,3}(?:{{ other }}[0-9]{2,3}){2,})[^0-9]*$' -- noqa: LT05
    )
    or typeof({{ column }}) = 'VARCHAR'
    and regexp_matches(cast({{ column }} as varchar), '[0-9]{{ sign }}[0-9]{3}(?:[^0-9]|$)')
    and regexp_matches(cast({{ column }} as varchar), '{{ three_decimals() }}')
{%- endmacro %}

{# Codes and short forms of the currencies of a thousand parts, as a pattern. #}
{% macro three_decimals() -%}
    BHD|JOD|KWD|LYD|OMR|TND|\b(?:B[.]?D|J[.]?D|K[.]?D|L[.]?D|R[.]?O|D[.]?T)\b|د[. ]?[بأكلت]|ر[. ]?ع
{%- endmacro %}

{# Whether a text is a number such as 12.500: one point, with one to three digits before it and three behind. #}
{% macro is_pointed_thousand(column) -%}
    typeof({{ column }}) = 'VARCHAR'
    and regexp_matches(cast({{ column }} as varchar), '^[^0-9]*[1-9][0-9]{0,2}[.][0-9]{3}[^0-9]*$')
{%- endmacro %}

{# Whether a text has a point or a comma between digits. #}
{% macro is_separated(column) -%}
    typeof({{ column }}) = 'VARCHAR' and regexp_matches(cast({{ column }} as varchar), '[0-9][.,][0-9]')
{%- endmacro %}

{# How an input's columns of numbers, and those of money among them, write their numbers: counts. #}
{% macro number_evidence(columns, money) -%}
    {%- for wanted in ['comma', 'point'] %}
    0 {% for column in columns %}
    + count(*) filter (where {{ shows_decimal(column, wanted) }})
    {% endfor %} as decimal_{{ wanted }}s,
    {% endfor %}
    0 {% for column in money %}
    + count(*) filter (where {{ is_pointed_thousand(column) }})
    {% endfor %} as pointed_thousands,
    0 {% for column in money %}
    + count(*) filter (where {{ is_separated(column) }})
    {% endfor %} as separated_money
{%- endmacro %}

{# Whether an input's numbers have a decimal comma: by the setting, else as most that can be read only one way. #}
{% macro decides_decimal_comma(decimal_separator) -%}
    coalesce(
        case {{ decimal_separator }} when ',' then true when '.' then false end,
        decimal_commas > decimal_points
    )
{%- endmacro %}

{#
  Whether an input's prices have a decimal comma, so that 12.500 is twelve thousand: as its other
  numbers; and where all prices with a separator are such as 12.500, and nothing in the input shows a
  decimal point. Prices with tenths of a cent are rarer than prices in thousands; of a currency that has
  them, the setting, its code or its short form says so.
#}
{% macro decides_money_comma(decimal_separator, currencies) -%}
    {{ decides_decimal_comma(decimal_separator) }}
    or (
        {{ decimal_separator }} is null and pointed_thousands > 0 and pointed_thousands = separated_money
        and decimal_points = 0 and not coalesce(regexp_matches({{ currencies }}, '{{ three_decimals() }}'), false)
    )
{%- endmacro %}

{# Whether a column holds ids as text that all look like 13085.0: an aggregate. #}
{% macro has_float_ids(column) -%}
    typeof(any_value({{ column }})) = 'VARCHAR'
    and count(*) filter (where cast({{ column }} as varchar) like '%.0') > 0
    and count(*) filter (
        where not {{ is_blank(column) }} and not suffix(cast({{ column }} as varchar), '.0')
    ) = 0
{%- endmacro %}

{#
  What a date written in numbers can only be, day, month, year ('dmy') or month, day, year ('mdy'); ''
  if it can be either, null if it is of another form. Dots stand between days and months, never the
  other way round.
#}
{% macro date_order_shown(column) -%}
    case
        when typeof({{ column }}) = 'VARCHAR' and cast({{ column }} as varchar) not like '____-__-__%' then list_transform(
            [regexp_extract(
                {{ date_text(column) }},
                '^(\d{1,2})([-./ ,])[-./ ,]?(\d{1,2})[-./ ,]{1,2}(?:\d{4}|\d{2})(?:[^\d].*)?$',
                ['first', 'mark', 'second']
            )],
            lambda found: case
                when try_cast(found.second as integer) between 1 and 12 and (found.mark = '.' or found.first between '13' and '31')
                    then 'dmy'
                when found.mark = '.' or try_cast(found.first as integer) not between 1 and 12 then null
                when try_cast(found.second as integer) between 13 and 31 then 'mdy'
                when try_cast(found.second as integer) between 1 and 12 then ''
            end
        )[1]
    end
{%- endmacro %}

{# Whether a date written in numbers can only be 'dmy', only 'mdy', or either (''). #}
{% macro shows_date_order(column, date_order) -%}
    coalesce({{ date_order_shown(column) }} = '{{ date_order }}', false)
{%- endmacro %}

{# The order of an input's dates in numbers: by the setting, else as all show that can be read only one way. #}
{% macro decides_date_order(date_order) -%}
    case
        when {{ date_order }} is not null then {{ date_order }}
        -- one or two dates of the other order are typing errors
        when dmy_dates > 0 and mdy_dates * 100 <= dmy_dates then 'dmy'
        when mdy_dates > 0 and dmy_dates * 100 <= mdy_dates then 'mdy'
    end
{%- endmacro %}
