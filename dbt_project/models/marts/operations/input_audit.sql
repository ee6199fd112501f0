with

counted as (
    {% for source in inputs() %}
    select
        '{{ source }}' as source,
        case when reject_reason is null then 'accepted' else 'rejected' end as outcome,
        reject_reason as reason,
        count(*) as rows
    from {{ ref('stg_' ~ source) }}
    group by reject_reason
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from counted
order by source, outcome, reason
