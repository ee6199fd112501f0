{#
  Text as it is, or, of a date with the month's name, of one with the day of the week, of the Chinese,
  Japanese and Korean forms and of those without separators, the same as year, month and day in
  numbers. The order of 03/04/2024, and whether the day exists, are decided by the callers.
#}
{% macro date_text(column) -%}
    {%- set text = plain_text(column) -%}
    case
        when regexp_matches({{ text }}, '^\d{8}[Tt ]\d') then {{ put_in_order(text, [
            ('^(\\d{4})(\\d\\d)(\\d\\d)[Tt ](\\d\\d):?(\\d\\d):?(\\d\\d)', '\\1-\\2-\\3 \\4:\\5:\\6'),
            ('^(\\d{4})(\\d\\d)(\\d\\d)[Tt ](\\d\\d):?(\\d\\d)', '\\1-\\2-\\3 \\4:\\5'),
        ]) }}
        when regexp_matches({{ text }}, '^\d{4}(?:-\d\d-\d\d-\d\d[.]| ?[年년])') then {{ put_in_order(text, [
            ('^(\\d{4}-\\d\\d-\\d\\d)-(\\d\\d[.]\\d\\d[.]\\d\\d)', '\\1 \\2'),
            ('^(\\d{4}) ?[年년] ?(\\d{1,2}) ?[月월] ?(\\d{1,2}) ?[日일] ?(?:[(（][^)）]*[)）])?', '\\1-\\2-\\3 '),
            ('(\\d{1,2}) ?[時时點点시] ?(\\d{1,2}) ?[分분]', '\\1:\\2'),
            ('(:\\d{1,2}) ?(\\d{1,2}) ?[秒초]', '\\1:\\2'),
        ]) }}
        when regexp_full_match({{ text }}, '\d{4}-?W\d\d-?[1-7]') then {{ week_date(text) }}
        when regexp_matches({{ text }}, '^\pL{2}|\pL{3}|[(\[]') then {{ in_numbers(text) }}
        else {{ text }}
    end
{%- endmacro %}

{# Text after several replacements of patterns, trimmed. #}
{% macro put_in_order(text, steps) -%}
    {%- set ordered = namespace(text=text) -%}
    {%- for pattern, replacement in steps -%}
        {%- set ordered.text = 'regexp_replace(' ~ ordered.text ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "')" -%}
    {%- endfor -%}
    trim({{ ordered.text }})
{%- endmacro %}

{#
  '5. januar 2024' and 'jan-05-24', each with whatever follows, once what stands in brackets, the day of
  the week and an article are gone, and the year stands behind month and day.
#}
{% macro in_numbers(text) -%}
    {%- set weekdays = weekday_names().split() | join('|') -%}
    {%- set ordered = put_in_order('lower(strip_accents(' ~ text ~ '))', [
        (' ?(?:\\([^)]*\\)|\\[[^\\]]*\\]) ?', ' '),
        ('(\\d{4}[.]?|[-./]\\d{1,2}),? (?:' ~ weekdays ~ ')[.,]*( \\d{1,2}[:.h]|$)', '\\1\\2'),
        (
            '^(?:(?:' ~ weekdays ~ ')[.,]* )?(?:(?:den|le|el|the|am) )?(\\d{1,2}[-., ]*(?:de )?\\pL{3}|\\pL{3}|\\d{1,4}[-./]\\d)',
            '\\1'
        ),
        (
            '^(\\pL{3,}[.]? \\d{1,2}),? (\\d\\d?:\\d\\d(?::\\d\\d(?:[.]\\d+)?)?(?: ?[ap]m)?)((?: [-+a-z]*[0-9:]*)?) (\\d{4})$',
            '\\1 \\4 \\2\\3'
        ),
        ('^(\\d{4})[-./, ]+(\\pL{3,})[-./, ]+(\\d{1,2})', '\\3 \\2 \\1')
    ]) -%}
    list_transform(
        [regexp_extract(
            {{ ordered }},
            '^(?:(?:(\d{1,2})(?:st|nd|rd|th|er|[ºª°])?[-./, ]*(?:de |of )?(\pL{3,})[-./, ]*|(\pL{3,})[-./ ]*(\d{1,2})(?:st|nd|rd|th)?[-./, ]+)(?:del? |of )?[''’]?(\d{4}|\d\d)(?: (?:r|г|р|года|року)[.]?)?((?:[^\d].*)?)|(.*))$', -- noqa: LT05
            ['day', 'month', 'month_first', 'day_second', 'year', 'rest', 'other']
        )],
        lambda found: case
            when found.year = '' then found.other
            else concat(
                {{ whole_year('found.year') }}, '-',
                {{ month_number('concat(found.month, found.month_first)') }}, '-',
                found.day, found.day_second, found.rest
            )
        end
    )[1]
{%- endmacro %}

{# The number of a month by its name; 0 for other words. #}
{% macro month_number(name) -%}
    case
        {%- for names in month_names().split(';') %}
        when {{ name }} in ('{{ names.split() | join("', '") }}') then {{ loop.index }}
        {%- endfor %}
        else 0
    end
{%- endmacro %}

{# The day of a week, 2024-W01-5, as a date. #}
{% macro week_date(text) -%}
    strftime(
        try_strptime(regexp_replace({{ text }}, '^(\d{4})-?W(\d\d)-?(\d)$', '\1 \2 \3'), '%G %V %u'), '%Y-%m-%d'
    )
{%- endmacro %}

{# The century of a year of two digits, as in POSIX: 69 to 99 are 1969 to 1999. #}
{% macro whole_year(year) -%}
    case
        when strlen({{ year }}) > 2 then {{ year }}
        when {{ year }} < '69' then concat('20', {{ year }})
        else concat('19', {{ year }})
    end
{%- endmacro %}
