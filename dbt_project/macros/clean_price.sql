{# A list price; of a range ('12.50 - 15.00 €') the lower end: what the product costs from. #}
{% macro clean_price(column, has_decimal_comma) -%}
    coalesce(
        {{ clean_number(column, has_decimal_comma) }},
        case
            when typeof({{ column }}) = 'VARCHAR'
                then {{ clean_number(
                    "regexp_extract(cast(" ~ column ~ " as varchar), '(?i)^\\s*(?:from|ab|desde|da|à partir de)?\\s*"
                    ~ "([^-–~]*?[0-9][^-–~]*?)\\s*(?:(?:[-–~]|to|bis|hasta)\\s*\\P{N}{0,5}[0-9].{0,20})?$', 1)",
                    has_decimal_comma
                ) }}
        end
    )
{%- endmacro %}
