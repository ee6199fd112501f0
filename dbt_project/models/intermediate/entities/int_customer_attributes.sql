with

customers as (select * from {{ ref('stg_customers') }} where reject_reason is null),

unnested as (
    select
        customer_id,
        unnest(attributes) as named_value
    from customers
),

cleaned as (
    select
        unnested.customer_id,
        unnested.named_value.attribute,
        {{ clean_text('unnested.named_value.value') }} as value
    from unnested
)

select * from cleaned
where value is not null
