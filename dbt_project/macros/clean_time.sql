{#
  A point in time in the shop's own time, from a timestamp, a date, or what stands for one: text of
  many forms, seconds to nanoseconds since 1970, 20171231, or a spreadsheet's day number. Text with an
  offset, and timestamps with a time zone, are brought to `timezone` where the shop gives one.
  `date_order` ('dmy', 'mdy' or null: not known) says how 01/02/2024 is to be read.
#}
{% macro clean_time(column, date_order, timezone) -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    case
        when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE' then case
            when {{ timezone }} is null then timezone('UTC', try_cast({{ column }} as timestamptz))
            else timezone({{ timezone }}, try_cast({{ column }} as timestamptz))
        end
        when typeof({{ column }}) like 'TIMESTAMP%' or typeof({{ column }}) = 'DATE'
            then try_cast({{ column }} as timestamp)
        when typeof({{ column }}) <> 'VARCHAR'
            then {{ counted_time(column, timezone) }}
        else coalesce(
            case
                when
                    {{ text }} like '____-__-__' or {{ text }} like '____-__-__ __:__:__' or {{ text }} like '____-__-__T__:__:__'
                    then try_cast({{ text }} as timestamp)
                when regexp_full_match({{ text }}, '[0-9]+') then {{ counted_time(text, timezone) }}
                -- ISO 8601 is what most files have; without a time zone to bring it to, its offset tells nothing.
                -- DuckDB takes any word behind for the name of a zone: the PM of 01:45 PM, too
                when
                    {{ timezone }} is null
                    and regexp_full_match({{ text }}, '[0-9]{4}[-/][-/0-9]+(?:[T ]+[0-9:.]+)?(?: *(?:Z|[-+][0-9:]+|[A-Z][A-Za-z]+/[A-Za-z_/]+))?')
                    then try_cast({{ text }} as timestamp)
                when regexp_full_match({{ text }}, '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,}(?:Z|[-+][0-9]{2}(?::?[0-9]{2})?)')
                    then timezone({{ timezone }}, try_cast({{ text }} as timestamptz))
            end,
            {{ written_time(column, date_order, timezone) }}
        )
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
            when counted between 190001010000 and 210012312359
                then try_strptime(cast(cast(counted as bigint) as varchar), '%Y%m%d%H%M')
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

{#
  A date in numbers, the year first or last, alone or with a time of day and an offset, or a number that
  counts time: '2024/1/5 13:45', '5.1.24', '05/01/2024, 1:45 p. m.', '2024-01-05T13:45:00,5+0100'.
#}
{% macro written_time(column, date_order, timezone) -%}
    list_transform(
        [regexp_extract(
            {{ date_text(column) }},
            '(?i)^(?:([0-9]+(?:[.,][0-9]+)?)|{{ date_in_numbers() }}{{ time_of_day() }})$',
            [
                'counted', 'year', 'month', 'day', 'first', 'second', 'last_year', 'half_before', 'hour', 'minute', 'sec',
                'fraction', 'half', 'zone'
            ]
        )],
        lambda found: case
            when found.counted <> '' then {{ counted_time("replace(found.counted, ',', '.')", timezone) }}
            when found.zone = '' or {{ timezone }} is null then try_cast({{ put_together('found', date_order) }} as timestamp)
            else timezone(
                {{ timezone }},
                try_cast(concat({{ put_together('found', date_order) }}, {{ utc_offset('lower(found.zone)') }}) as timestamptz)
            )
        end
    )[1]
{%- endmacro %}

{% macro put_together(found, date_order) -%}
    concat(
        {{ whole_year("concat(" ~ found ~ ".year, " ~ found ~ ".last_year)") }}, '-',
        case
            when {{ found }}.year <> '' then concat({{ found }}.month, '-', {{ found }}.day)
            when {{ date_order }} = 'dmy' then concat({{ found }}.second, '-', {{ found }}.first)
            when {{ date_order }} = 'mdy' then concat({{ found }}.first, '-', {{ found }}.second)
        end,
        ' ', {{ hour_of_day(found) }}, ':', coalesce(nullif({{ found }}.minute, ''), '00'), ':',
        coalesce(nullif({{ found }}.sec, ''), '00'), '.', coalesce(nullif(left({{ found }}.fraction, 6), ''), '0')
    )
{%- endmacro %}

{# Year, month, day, or day and month in either order, and a year of four digits or two. #}
{% macro date_in_numbers() -%}
    (?:(\d{4})[-./ ]{1,2}(\d{1,2})[-./ ]{1,2}(\d{1,2})|(\d{1,2})[-./ ,]{1,2}(\d{1,2})[-./ ,]{1,2}(\d{4}|\d{2}))[.]?
{%- endmacro %}

{# What may follow a date: a word or two, 13:45:00.5, 1:45 p. m. or 13h45, and an offset or its name. #}
{% macro time_of_day() -%}
    {%- set half = '[ap][.]? ?m?[.]?|오전|오후|上午|下午|午前|午後' -%}
    (?:[Tt,: ]+(?:(?:at|um|à|a las?|a|kl|klo|om|ore|ora|alle|às|as|o|u|v|в|@|-)[. ]+)?({{ half }})? ?(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:[.,:](\d{1,9}))?)?)? ?({{ half }})? ?(?:uhr|uur|h|hrs?|hours)?)? ?(z|ut|(?:utc|gmt)? ?(?:[-+](?:\d\d:?\d\d|\d{1,2}(?::\d\d)?))?|{{ zones().split()[::2] | join('|') }})
{%- endmacro %}

{# The hour from 0 to 24; null beyond it, and null without minutes or am/pm, as the number may be something else. #}
{% macro hour_of_day(found) -%}
    case
        when {{ found }}.hour = '' then '00'
        when {{ found }}.minute = '' and concat({{ found }}.half_before, {{ found }}.half) = '' then 'none'
        when concat({{ found }}.half_before, {{ found }}.half) = '' or try_cast({{ found }}.hour as integer) > 23
            then {{ found }}.hour
        else cast(
            try_cast({{ found }}.hour as integer) % 12
            + case when regexp_matches(lower(concat({{ found }}.half_before, {{ found }}.half)), '^(?:p|오후|下午|午後)') then 12 else 0 end
            as varchar
        )
    end
{%- endmacro %}

{# How far a named or written zone is from UTC, as +01:00. #}
{% macro utc_offset(zone) -%}
    case
        when regexp_matches({{ zone }}, '[-+]') then concat(
            regexp_extract({{ zone }}, '[-+]'), lpad(regexp_extract({{ zone }}, '[-+](\d{1,2})', 1), 2, '0'), ':',
            lpad(regexp_extract({{ zone }}, '[-+]\d{1,2}:?(\d\d)$', 1), 2, '0')
        )
        {%- for name, offset in zones().split() | batch(2) %}
        when {{ zone }} = '{{ name }}' then '{{ offset }}'
        {%- endfor %}
        else '+00:00'
    end
{%- endmacro %}

{# Names of zones with one meaning, each with its distance from UTC; IST and BST have several: no time zone
  can be asked of them. #}
{% macro zones() -%}
    est -05:00 edt -04:00 cst -06:00 cdt -05:00 mst -07:00 mdt -06:00 pst -08:00 pdt -07:00 akst -09:00 akdt -08:00
    hst -10:00 wet +00:00 west +01:00 cet +01:00 cest +02:00 mez +01:00 mesz +02:00 eet +02:00 eest +03:00 msk +03:00
    jst +09:00 kst +09:00 hkt +08:00 sgt +08:00 wib +07:00 aest +10:00 aedt +11:00 acst +09:30 awst +08:00
    nzst +12:00 nzdt +13:00 sast +02:00 cat +02:00 eat +03:00 wat +01:00 trt +03:00 idt +03:00 ict +07:00 pht +08:00
    pkt +05:00 brt -03:00 art -03:00 cot -05:00 pet -05:00 ist unknown bst unknown ast unknown gst unknown
{%- endmacro %}
