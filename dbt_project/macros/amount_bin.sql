{#
  The bin of a price or score, the same in every build: its lower end, as text. Bins are half as wide as the next
  power of two is away, so that a factor of 1.4 moves a value by one bin.
#}
{% macro amount_bin(value) -%}
    case
        when {{ value }} is null then null
        when {{ value }} = 0 then '0'
        else concat(
            case when {{ value }} < 0 then 'up to -' end,
            printf('%.3g', pow(2, floor(2 * log2(abs(cast({{ value }} as double)))) / 2))
        )
    end
{%- endmacro %}
