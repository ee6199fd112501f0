with

folds as (select * from {{ ref('int_customer_folds') }}),

customers as (select * from {{ ref('int_customers') }}),

interactions as (select * from {{ ref('int_interactions') }} where is_learned_from and orders > 0),

held_out as (select * from {{ ref('int_held_out') }} where not has_history),

attributes as (select * from {{ ref('int_customer_attributes') }}),

settings as (select * from {{ ref('stg_settings') }}),

with_hits as (
    select distinct
        fold,
        customer_key
    from held_out
),

with_profile as (select distinct customer_key from attributes),

-- `serving`: all customers without a history in the catalogue; past folds: those who can be judged
eligible as (
    select
        folds.fold,
        folds.purpose,
        customers.customer_key,
        customers.customer_id,
        customers.customer_hash
    from folds
    cross join customers
    left join with_hits on folds.fold = with_hits.fold and customers.customer_key = with_hits.customer_key
    anti join interactions
        on folds.fold = interactions.fold and customers.customer_key = interactions.customer_key
    where folds.purpose = 'serve' or with_hits.customer_key is not null
),

numbered as (
    select
        *,
        row_number() over (partition by fold order by customer_hash, customer_key) as sample_number
    from eligible
),

sampled as (
    select
        numbered.fold,
        numbered.customer_key,
        numbered.customer_id,
        with_profile.customer_key is not null as has_profile,
        case when numbered.purpose <> 'serve' then true end as has_hits
    from numbered
    cross join settings
    left join with_profile on numbered.customer_key = with_profile.customer_key
    where numbered.purpose = 'serve' or numbered.sample_number <= settings.judged_customers
)

select * from sampled
