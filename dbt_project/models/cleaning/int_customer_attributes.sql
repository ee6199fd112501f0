with

customers as (select * from {{ ref('stg_customers') }} where reject_reason is null),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

keys as (select * from {{ ref('int_customers') }}),

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
),

-- attributes of a merged customer fill those that the other customer lacks
merged as (
    select
        coalesce(merged_customers.merged_into, cleaned.customer_id) as customer_id,
        cleaned.attribute,
        cleaned.value
    from cleaned
    left join merged_customers on cleaned.customer_id = merged_customers.customer_id
    where cleaned.value is not null
    qualify row_number() over (
        partition by coalesce(merged_customers.merged_into, cleaned.customer_id), cleaned.attribute
        order by merged_customers.customer_id is null desc, cleaned.customer_id asc
    ) = 1
),

-- customers who are left out have no key
keyed as (
    select
        keys.customer_key,
        merged.customer_id,
        merged.attribute,
        merged.value
    from merged
    left join keys on merged.customer_id = keys.customer_id
)

select * from keyed
