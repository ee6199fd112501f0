with recursive

pairs as (
    select
        customer_id as id,
        merged_into as target
    from {{ ref('stg_customers') }}
    where reject_reason is null and merged_into is not null
),

{{ final_targets('pairs') }}

select
    id as customer_id,
    target as merged_into,
    is_circle
from final_targets
