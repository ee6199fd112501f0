{# Which products are one to a list, by what the setting `variants` says. #}
{% macro variant_key(setting, variants) -%}
case {{ setting }}
    when 'same_title' then {{ variants }}.same_title_key
    when 'sizes' then {{ variants }}.same_but_size_key
    else {{ variants }}.product_key
end
{%- endmacro %}
