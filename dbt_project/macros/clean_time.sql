{#
  A point in time in the shop's own time, from a timestamp, a date, or what stands for one: text of
  many forms, seconds to nanoseconds since 1970, 20171231, or a spreadsheet's day number. Text with an
  offset, and timestamps with a time zone, are brought to `timezone` where the shop gives one.
  `date_order` ('dmy', 'mdy' or null: not known) says how 01/02/2024 is to be read.
#}
{% macro clean_time(column, date_order, timezone) -%}
    {%- set text = 'trim(cast(' ~ column ~ ' as varchar), ' ~ blanks() ~ ')' -%}
    case
        when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE' then case
            when {{ timezone }} is null then timezone('UTC', try_cast({{ column }} as timestamptz))
            else timezone({{ timezone }}, try_cast({{ column }} as timestamptz))
        end
        when typeof({{ column }}) like 'TIMESTAMP%' or typeof({{ column }}) = 'DATE'
            then try_cast({{ column }} as timestamp)
        when typeof({{ column }}) <> 'VARCHAR'
            then {{ counted_time(column, timezone) }}
        when cast({{ column }} as varchar) like '____-__-__' then try_cast({{ column }} as timestamp)
        when cast({{ column }} as varchar) like '____-__-__ __:__:__' then try_cast({{ column }} as timestamp)
        when regexp_matches({{ text }}, '^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}') then case
            when {{ timezone }} is not null and regexp_matches({{ text }}, '[0-9] ?(?:Z|UTC|GMT|[-+][0-9]{2}(?::?[0-9]{2})?)$')
                and strlen({{ text }}) > 14
                then timezone(
                    {{ timezone }},
                    -- no blank before the offset
                    try_cast(regexp_replace(
                        regexp_replace({{ text }}, '(?:UTC|GMT)$', 'Z'), ' ([-+Z][0-9:]*)$', '\1'
                    ) as timestamptz)
                )
            when regexp_matches({{ text }}, '(?i)[ap][.]?m[.]?$')
                then try_strptime(replace({{ text }}, '.', ''), ['%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p'])
            else try_cast(regexp_replace({{ text }}, '^([0-9]{4})[.]([0-9]{1,2})[.]', '\1-\2-') as timestamp)
        end
        when regexp_full_match({{ text }}, '[0-9]+(?:[.][0-9]+)?')
            then {{ counted_time(text, timezone) }}
        when regexp_matches({{ text }}, '{{ day_month_year() }}')
            then {{ written_date(text, date_order) }}
        else {{ named_month_date(text) }}
    end
{%- endmacro %}

{# Numbers that count time, told apart by their size. #}
{% macro counted_time(column, timezone) -%}
    list_transform(
        [try_cast({{ column }} as double)],
        lambda counted: case
            when counted between 20000 and 80000
                then timestamp '1899-12-30' + to_microseconds(cast(round(counted * 86400) * 1000000 as bigint))
            when counted between 19000101 and 21001231
                then try_strptime(cast(cast(counted as bigint) as varchar), '%Y%m%d')
            when counted between 19000101000000 and 21001231235959
                then try_strptime(cast(cast(counted as bigint) as varchar), '%Y%m%d%H%M%S')
            when counted between 1e8 and 1e19 then timezone(
                coalesce({{ timezone }}, 'UTC'),
                make_timestamptz(cast(
                    case
                        when counted < 1e11 then counted * 1e6
                        when counted < 1e14 then counted * 1e3
                        when counted < 1e17 then counted
                        else counted / 1e3
                    end
                    as bigint
                ))
            )
        end
    )[1]
{%- endmacro %}

{% macro day_month_year() -%}
    ^([0-9]{1,2})[-./ ,]{1,2}([0-9]{1,2})[-./ ,]{1,2}([0-9]{4}|[0-9]{2})(?:[T ,]+([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?(?:[.,][0-9]+)?)?\s*(?:([AaPp])[.]?[Mm][.]?)?$
{%- endmacro %}

{% macro written_date(text, date_order) -%}
    list_transform(
        [regexp_extract({{ text }}, '{{ day_month_year() }}', ['first', 'second', 'year', 'hour', 'minute', 'sec', 'half'])],
        lambda found: try_cast(
            concat(
                case when strlen(found.year) = 2 then case when found.year < '70' then '20' else '19' end end,
                found.year, '-',
                case
                    when {{ date_order }} = 'dmy' then concat(found.second, '-', found.first)
                    when {{ date_order }} = 'mdy' then concat(found.first, '-', found.second)
                end,
                ' ',
                -- an hour above 24 makes it no time at all, 24:00 is the next midnight
                case
                    when found.hour = '' then 0
                    when found.half = '' or try_cast(found.hour as integer) > 23 then try_cast(found.hour as integer)
                    else try_cast(found.hour as integer) % 12 + case when lower(found.half) = 'p' then 12 else 0 end
                end,
                ':', coalesce(nullif(found.minute, ''), '00'), ':', coalesce(nullif(found.sec, ''), '00')
            ) as timestamp
        )
    )[1]
{%- endmacro %}

{% macro named_month_date(text) -%}
    {%- set dates = ['%d %b %Y', '%d %B %Y', '%b %d %Y', '%B %d %Y'] -%}
    {%- set times = ['', ' %H:%M:%S', ' %H:%M', ' %I:%M:%S %p', ' %I:%M %p'] -%}
    {%- set formats = [] -%}
    {%- for date in dates -%}{%- for time in times -%}{%- do formats.append("'" ~ date ~ time ~ "'") -%}{%- endfor -%}{%- endfor -%}
    try_strptime(
        -- a weekday before it goes; commas, hyphens and dots are blanks; 05-JAN-24 is of this century
        regexp_replace(
            regexp_replace(
                regexp_replace({{ text }}, '^(?:[A-Za-z]{3,9},? )(\d{1,2} [A-Za-z]{3})', '\1'), '[-,./ ]+', ' ', 'g'
            ),
            '^(\d{1,2} [A-Za-z]{3,9}) (\d{2})( |$)', '\1 20\2\3'
        ),
        [{{ formats | join(', ') }}]
    )
{%- endmacro %}
