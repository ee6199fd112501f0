{#
  A setting's text as its type; the build stops with a message that names the setting, its value and
  what is legal if it can't be read as that type, or is out of range or none of the choices.
#}
{% macro checked_setting(name, type, least_or_choices=none, most=none, may_be_empty=false) -%}
    {%- if least_or_choices is none -%}
        {%- set is_legal = name ~ ' is null or try_cast(' ~ name ~ ' as ' ~ type ~ ') is not null' -%}
        {%- set legal = {'date': 'a date such as 2017-12-31', 'boolean': 'true or false'}.get(type, 'text') -%}
    {%- elif most is none -%}
        {%- set is_legal = 'coalesce(' ~ name ~ ", '') in ('" ~ least_or_choices | join("', '") ~ "')" -%}
        {%- set legal = least_or_choices | select | join(', ') -%}
        {%- set legal = 'one of ' ~ legal ~ (' or nothing' if '' in least_or_choices else '') -%}
    {%- else -%}
        {%- set is_legal -%}
            {#- 1.5 as an integer would be 2 #}
            coalesce(
                try_cast({{ name }} as {{ type }}) between {{ least_or_choices }} and {{ most }}
                and try_cast({{ name }} as double) = try_cast({{ name }} as {{ type }}),
                {{ name ~ ' is null' if may_be_empty else 'false' }}
            )
        {%- endset -%}
        {%- set kind = 'a whole number' if type == 'integer' else 'a number' -%}
        {%- set legal = kind ~ ' from ' ~ least_or_choices ~ ' to ' ~ most ~ (' or nothing' if may_be_empty else '') -%}
    {%- endif -%}
    case
        when {{ is_legal }} then try_cast({{ name }} as {{ type }})
        else cast(
            error(concat('setting {{ name }} is ', coalesce({{ name }}, 'empty'), '; use {{ legal }}')) as {{ type }}
        )
    end
{%- endmacro %}
