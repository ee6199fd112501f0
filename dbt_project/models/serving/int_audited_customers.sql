with

customers as (select * from {{ ref('int_customers') }}),

merged_customers as (select * from {{ ref('int_customer_merges') }}),

settings as (select * from {{ ref('stg_settings') }}),

held_out as (select * from {{ ref('int_customer_arms') }} where arm = 'control'),

named as (
    select distinct trim(unnest(string_split(audit_customer_ids, ','))) as customer_id
    from settings
),

looked_up as (
    select
        named.customer_id,
        customers.customer_key
    from named
    left join merged_customers on named.customer_id = merged_customers.customer_id
    left join customers on coalesce(merged_customers.merged_into, named.customer_id) = customers.customer_id
    -- who was forgotten since the setting was written is nobody, and stops no build
    where named.customer_id <> '' and not {{ is_forgotten('named.customer_id') }}
),

nearest as (
    select
        looked_up.customer_id,
        max_by(
            customers.customer_id,
            row(jaro_winkler_similarity(looked_up.customer_id, customers.customer_id), -customers.customer_key)
        ) as nearest_id
    from looked_up
    cross join customers
    where looked_up.customer_key is null
    group by looked_up.customer_id
),

asked_for as (
    select
        coalesce(looked_up.customer_key, cast(
            {{ raised("concat(
                'setting audit_customer_ids names ''', looked_up.customer_id, ''', which is no customer of the shop',
                '; the id most like it is ''' || nearest.nearest_id || ''''
            )") }} as integer
        )) as customer_key
    from looked_up
    left join nearest on looked_up.customer_id = nearest.customer_id
),

drawn as (
    select customers.customer_key
    from customers
    cross join settings
    -- who is in the control group has no list to explain
    anti join held_out on customers.customer_key = held_out.customer_key
    qualify row_number() over (order by customers.customer_hash, customers.customer_key) <= settings.audit_customers
)

select customer_key from asked_for
union
select customer_key from drawn
