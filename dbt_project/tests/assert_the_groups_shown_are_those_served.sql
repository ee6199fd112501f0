with

shown as (
    select
        customer_id,
        arm
    from {{ ref('experiment_groups') }}
),

assigned as (
    select
        customers.customer_id,
        customer_arms.arm
    from {{ ref('int_customer_arms') }} as customer_arms
    inner join {{ ref('int_customers') }} as customers on customer_arms.customer_key = customers.customer_key
),

only_shown as (
    select * from shown
    except
    select * from assigned
),

only_assigned as (
    select * from assigned
    except
    select * from shown
)

select * from only_shown
union all
select * from only_assigned
