{# In which order a date alone shows that day and month stand: a number above 12 is a day, and points follow days; null where nothing shows it. #}
{% macro shown_date_order(column) -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    case
        when regexp_matches({{ text }}, '^\s*\d{1,2}[.]') then 'dmy'
        when try_cast(regexp_extract({{ text }}, '^\s*(\d{1,2})[-/ ]', 1) as integer) > 12 then 'dmy'
        when try_cast(regexp_extract({{ text }}, '^\s*\d{1,2}[-/ ](\d{1,2})[-/ ]', 1) as integer) > 12 then 'mdy'
    end
{%- endmacro %}
