{# Lines of every input by what became of them. #}
{% macro lines_by_outcome() -%}
    {% for source in inputs() %}
    select
        '{{ source }}' as source,
        case when reject_reason is null then 'accepted' else 'rejected' end as outcome,
        reject_reason as reason,
        count(*) as rows
    from {{ ref('stg_' ~ source) }}
    group by reject_reason
    union all
    {% endfor %}
    select
        source,
        'rejected' as outcome,
        reject_reason as reason,
        count(*) as rows
    from {{ ref('stg_unreadable_lines') }}
    group by source, reject_reason
{%- endmacro %}
