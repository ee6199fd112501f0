with

rejected as (
    {% for source in inputs() %}
    select
        '{{ source }}' as source,
        reject_reason as reason,
        file,
        row_number,
        cast(row_json as varchar) as row_json
    from {{ ref('stg_' ~ source) }}
    where reject_reason is not null
    union all
    {% endfor %}
    select
        source,
        reject_reason as reason,
        file,
        row_number,
        row_json
    from {{ ref('stg_unreadable_lines') }}
)

select * from rejected
order by source, file, row_number
