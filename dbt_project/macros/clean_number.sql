{#
  A number that may be text: with a currency's sign, code or short form, thousands separated by dots,
  commas, blanks or apostrophes, the Indian way too, a decimal comma, a sign before or behind it or
  brackets around it. '1,234' and '1.234' can be either: `has_decimal_comma` says what the file's other
  numbers show. Null if it isn't one, as '5 kg', '10 %', '3 of 4', a date or an address is none.
  `marks` are the patterns of what may stand before and behind the digits.
#}
{% macro clean_number(column, has_decimal_comma, type=none, marks=none) -%}
    {%- set type = type or 'decimal(18, 4)' -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' then try_cast({{ column }} as {{ type }})
        when not contains({{ text }}, '.') or not {{ has_decimal_comma }} then coalesce(
            try_cast({{ text }} as {{ type }}),
            try_cast(
                trim(case when {{ has_decimal_comma }} then replace({{ text }}, ',', '.') else {{ text }} end, ' $€£¥₹₺₽')
                as {{ type }}
            ),
            {{ written_number(column, has_decimal_comma, type, marks) }}
        )
        else {{ written_number(column, has_decimal_comma, type, marks) }}
    end
{%- endmacro %}

{# A quantity: a number, with or without a word for pieces or a measure behind it. #}
{% macro clean_quantity(column, has_decimal_comma) -%}
    {%- set units = (
        '(?i)(?:x|pcs?|pieces?|pck|pkts?|ea|each|units?|no?s|box|sets?|prs?|pairs?|stk|stck|st|stück|stuks?|styck|un|und|unid|'
        ~ 'uds?|unidades?|pza?s?|pezzi|szt|sztuk[ai]?|ks|kpl|kom|db|adet|ad|шт|штук[аи]?|个|個|件|本|枚|点|點|개|장|'
        ~ 'kg|gr?|mg|lb|lbs|oz|l|lt|ml|cl|m|cm|mm)[.]?'
    ) -%}
    {{ clean_number(column, has_decimal_comma, 'double', ['(?i)x', units]) }}
{%- endmacro %}

{% macro written_number(column, has_decimal_comma, type, marks=none) -%}
    {%- set text = plain_text(column) -%}
    {%- set before, behind = marks or [currency_marks('before'), currency_marks('behind')] -%}
    {%- set letters = '[\\pL\\pM\\p{Sc}./ "״ʻ’\'\']*?' -%}
    case
        when regexp_full_match({{ text }}, '{{ number_pattern("(?:" ~ before ~ ")?", "(?:" ~ behind ~ ")?") }}') then list_transform(
            [regexp_extract(
                {{ text }},
                '^{{ number_pattern(letters, letters) }}$',
                [
                    'opened', 'minus', 'before', 'opened_inside', 'inner', 'digits', 'dash', 'closed_inside', 'trailing',
                    'behind', 'last', 'closed'
                ]
            )],
            lambda found: case
                when strlen(concat(found.opened, found.opened_inside)) = strlen(concat(found.closed, found.closed_inside))
                    then try_cast(
                        concat(
                            case
                                when concat(found.opened, found.opened_inside, found.minus, found.inner, found.trailing, found.last) <> ''
                                    then '-'
                            end,
                            {{ plain_digits('found', has_decimal_comma) }}
                        ) as {{ type }}
                    )
            end
        )[1]
    end
{%- endmacro %}

{#
  A number's text as a pattern: signs, what stands before and behind the digits, the digits with their
  separators, and the dash or stroke that stands for no cents: '12,-', '5.-', '12:-', '1,499/-'.
#}
{% macro number_pattern(before, behind) -%}
    {%- set minus = "[-−‐‑–－﹣]" -%}
    {%- set digits = "\\d+(?:[.,''’‘ʼ´` ]\\d+)*|[.,]\\d+" -%}
    (\(?)(?:({{ minus }})|\+)? ?({{ before }}) ?(\(?)(?:({{ minus }})|\+)? ?({{ digits }}) ?([.,:] ?[-–—]{1,2}|/[-=])? ?(\)?)([-−]?) ?({{ behind }}) ?([-−]?)(\)?)
{%- endmacro %}

{#
  Digits with a decimal point. Of two kinds of separators the last is the decimal one. One kind that
  stands several times, or once between one to three digits and three, separates thousands, unless it
  is the file's decimal one. Where a dash stands for the cents there are no others. Groups of other
  lengths are no number: 1,2,3, a date or an address.
#}
{% macro plain_digits(found, has_decimal_comma) -%}
    list_transform(
        [
            -- the point of 'Rs.50' belongs to the letters
            case
                when regexp_matches({{ found }}.before, '\pL$') and {{ found }}.inner = '' then ltrim({{ found }}.digits, '.')
                else {{ found }}.digits
            end
        ],
        lambda digits: case
            when regexp_full_match(digits, '\d*') then nullif(digits, '')
            when regexp_matches(digits, '[^\d.,]') then case
                when regexp_full_match(digits, '[1-9]\d{0,2}(?:[^\d.,]\d{3})+(?:[.,]\d+)?')
                    then replace(regexp_replace(digits, '[^\d.,]', '', 'g'), ',', '.')
            end
            when regexp_full_match(digits, '(?:(?:1\d\d|2[0-4]\d|25[0-5])[.]){3}(?:1\d\d|2[0-4]\d|25[0-5])') then null
            when regexp_matches(digits, '^[1-9]\d{0,2}(?:,\d{3})+(?:[.]\d*)?$|^[1-9]\d?(?:,\d\d)+,\d{3}(?:[.]\d*)?$') and (
                not {{ has_decimal_comma }} or {{ found }}.dash <> '' or regexp_matches(digits, ',.*[.,]')
            ) then replace(digits, ',', '')
            when regexp_matches(digits, '^[1-9]\d{0,2}(?:[.]\d{3})+(?:,\d*)?$') and (
                {{ has_decimal_comma }} or {{ found }}.dash <> '' or regexp_matches(digits, '[.].*[.,]')
            ) then replace(replace(digits, '.', ''), ',', '.')
            when regexp_full_match(digits, '\d*[.,]\d+') and not regexp_matches({{ found }}.dash, '^[.,:]')
                then replace(digits, ',', '.')
        end
    )[1]
{%- endmacro %}
