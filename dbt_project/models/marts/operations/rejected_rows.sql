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
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from rejected
order by source, file, row_number
