{# What is wrong with the value of a rule of this action, as rule_actions describes it; null where nothing is. #}
{% macro fault_of_value(name, action, written) -%}
    {%- if action.value is none -%}
    case
        when action = '{{ name }}' and value_as_written is not null
            then concat('value is ', {{ written }}, ', and {{ name }} has no value: leave it empty')
    end
    {%- else -%}
    {%- set is_above = action.is_above | default(false) -%}
    {%- set is_whole = action.is_whole | default(false) -%}
    case
        when action <> '{{ name }}' then null
        when value_as_written is null then 'value is missing: {{ name }} needs {{ action.value }}'
        when
            value is null
            or value {{ '<=' if is_above else '<' }} {{ action.lowest }}
            or value > {{ action.highest }}
            {% if is_whole %}or value <> floor(value){% endif %}
            then concat(
                'value is ', {{ written }}, '; {{ name }} needs {{ action.value }}: ',
                '{{ "a whole number" if is_whole else "a number" }} ',
                '{{ "above" if is_above else "from" }} {{ action.lowest }} {{ "up to" if is_above else "to" }} ',
                {{ action.highest }}
            )
    end
    {%- endif -%}
{%- endmacro %}
