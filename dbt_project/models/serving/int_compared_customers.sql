with

customers as (select * from {{ ref('int_customers') }}),

settings as (select * from {{ ref('stg_settings') }}),

-- whose lists are meant to be other ones, with scores of another scale
challenged as (select * from {{ ref('int_customer_arms') }} where arm = 'challenger'),

compared as (
    select
        customers.customer_key,
        customers.customer_id
    from customers
    cross join settings
    anti join challenged on customers.customer_key = challenged.customer_key
    -- by the hash: the same customers in every run, as far as they are there
    qualify row_number() over (order by customers.customer_hash, customers.customer_key) <= settings.drift_customers
)

select * from compared
