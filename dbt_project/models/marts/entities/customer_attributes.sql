with

customers as (select * from {{ ref('stg_customers') }} where reject_reason is null),

unnested as (
    select
        customer_id,
        unnest(attributes, recursive := true)
    from customers
),

cleaned as (
    select
        customer_id,
        attribute,
        {{ clean_text('value') }} as value
    from unnested
)

select * from cleaned
where value is not null
order by customer_id, attribute
