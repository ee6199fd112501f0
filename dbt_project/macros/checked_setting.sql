{#
  A setting's text as its type; the build stops with a message that names the setting, its value and
  what is legal if it can't be read as that type or is out of range.
#}
{% macro checked_setting(name, type, least=none, most=none) -%}
    case
        {% if least is not none -%}
        when try_cast({{ name }} as {{ type }}) between {{ least }} and {{ most }}
            then try_cast({{ name }} as {{ type }})
        else cast(error(concat(
            'setting {{ name }} is ', coalesce({{ name }}, 'empty'),
            '; use {{ 'a whole number' if type == 'integer' else 'a number' }} from {{ least }} to {{ most }}'
        )) as {{ type }})
        {%- else -%}
        when {{ name }} is null or try_cast({{ name }} as {{ type }}) is not null
            then try_cast({{ name }} as {{ type }})
        else cast(error(concat(
            'setting {{ name }} is ', {{ name }},
            '; use {{ {'date': 'a date such as 2017-12-31', 'boolean': 'true or false'}.get(type, 'text') }}'
        )) as {{ type }})
        {%- endif %}
    end
{%- endmacro %}
