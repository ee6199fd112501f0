{#
  A reason's phrase with its numbers, date and names. The product's title comes last: nothing is looked for in
  it.
#}
{% macro filled_phrase(phrase, evidence, dates, title) -%}
replace(
    replace(
        replace(
            replace(
                replace(
                    replace({{ phrase }}, '{count}', cast(coalesce({{ evidence }}.reason_count, 0) as varchar)),
                    '{days}', cast(coalesce({{ evidence }}.reason_days, 0) as varchar)
                ),
                '{share}', cast(cast(round(100 * coalesce({{ evidence }}.reason_share, 0)) as integer) as varchar)
            ),
            '{date}', coalesce({{ written_date(evidence ~ '.reason_date', dates) }}, '')
        ),
        '{category}', coalesce({{ evidence }}.category, '')
    ),
    '{product}', coalesce({{ title }}, '')
)
{%- endmacro %}

{# A date as people write it. #}
{% macro written_date(day, dates) -%}
replace(
    replace(
        replace({{ dates }}.pattern, '{day}', cast(day({{ day }}) as varchar)),
        '{month}', string_split({{ dates }}.months, ',')[month({{ day }})]
    ),
    '{year}', cast(year({{ day }}) as varchar)
)
{%- endmacro %}
