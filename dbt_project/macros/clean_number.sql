{#
  A number that may be text: with a currency's sign or letters, thousands separated by dots, commas,
  blanks or apostrophes, a decimal comma, a sign behind it or brackets around it. '1,234' and '1.234'
  can be either: `has_decimal_comma` says what the file's other numbers show. Null if it isn't one.
#}
{% macro clean_number(column, has_decimal_comma, type=none) -%}
    {%- set type = type or 'decimal(18, 4)' -%}
    {%- set text = 'trim(cast(' ~ column ~ ' as varchar), ' ~ blanks() ~ ')' -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' then try_cast({{ column }} as {{ type }})
        when not contains(cast({{ column }} as varchar), '.') or not {{ has_decimal_comma }}
            then coalesce(try_cast({{ column }} as {{ type }}), {{ written_number(text, has_decimal_comma, type) }})
        else {{ written_number(text, has_decimal_comma, type) }}
    end
{%- endmacro %}

{% macro written_number(text, has_decimal_comma, type) -%}
    {%- set currency = "(?:\\p{L}{0,3}\\p{Sc}|\\p{L}{2,3}\\.?|[\\p{Han}\\p{Hangul}])" -%}
    {%- set digits = "\\d+(?:[.,''’\\x{a0}\\x{202f} ]\\d+)*|[.,]\\d+" -%}
    {%- set number = "^(\\()?([-+−]?)\\s*" ~ currency ~ "?\\s*([-+−]?)(" ~ digits ~ ")\\s*" ~ currency ~ "?([-−]?)(\\))?$" -%}
    list_transform(
        [regexp_extract({{ text }}, '{{ number }}', ['bracket', 'sign', 'inner', 'digits', 'behind', 'closed'])],
        lambda found: try_cast(
            concat(
                case
                    when
                        found.sign in ('-', '−') or found.inner in ('-', '−') or found.behind in ('-', '−')
                        or (found.bracket = '(' and found.closed = ')')
                        then '-'
                end,
                {{ plain_digits('found.digits', has_decimal_comma) }}
            ) as {{ type }}
        )
    )[1]
{%- endmacro %}

{# Digits with a decimal point: of two kinds of separators the last is the decimal one; one kind that
  stands several times, or between one to three digits and three, separates thousands. #}
{% macro plain_digits(digits, has_decimal_comma) -%}
    list_transform(
        [regexp_replace({{ digits }}, '[''’\x{a0}\x{202f} ]', '', 'g')],
        lambda plain: case
            when plain = '' then null
            when contains(plain, '.') and contains(plain, ',') then case
                when strpos(reverse(plain), ',') < strpos(reverse(plain), '.')
                    then replace(replace(plain, '.', ''), ',', '.')
                else replace(plain, ',', '')
            end
            when regexp_matches(plain, '^[1-9][0-9]{0,2}(?:,[0-9]{3})+$')
                and (not {{ has_decimal_comma }} or strlen(plain) - strlen(replace(plain, ',', '')) > 1)
                then replace(plain, ',', '')
            when regexp_matches(plain, '^[1-9][0-9]{0,2}(?:[.][0-9]{3})+$')
                and ({{ has_decimal_comma }} or strlen(plain) - strlen(replace(plain, '.', '')) > 1)
                then replace(plain, '.', '')
            else replace(plain, ',', '.')
        end
    )[1]
{%- endmacro %}
