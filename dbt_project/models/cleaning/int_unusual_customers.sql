with

purchases as (
    select *
    from {{ ref('stg_purchases') }}
    where reject_reason is null and not is_return and customer_id is not null
),

measured as (
    select
        customer_id,
        ln(count(*)) as log_lines,
        ln(sum(greatest(quantity, 0.0001))) as log_units,
        ln(count(distinct order_id) / count(distinct cast(purchased_at as date))) as log_orders_a_day,
        count(distinct order_id) / count(distinct cast(purchased_at as date)) as orders_a_day
    from purchases
    group by customer_id
),

-- an outlier lies beyond the upper quartile by three times the distance of the quartiles (Tukey's outer
-- fence), on a log scale
fences as (
    select
        {% for measure in ['log_lines', 'log_units', 'log_orders_a_day'] %}
        quantile_cont({{ measure }}, 0.75)
        + 3 * (quantile_cont({{ measure }}, 0.75) - quantile_cont({{ measure }}, 0.25)) as {{ measure }},
        {% endfor %}
        count(*) as customers
    from measured
),

flagged as (
    select
        measured.customer_id,
        case
            when measured.log_orders_a_day > fences.log_orders_a_day and measured.orders_a_day >= 20 then 'bot'
            -- if most customers bought once, a second order would be an outlier without being unusual
            when
                measured.log_units > greatest(fences.log_units, ln(20))
                or measured.log_lines > greatest(fences.log_lines, ln(20))
                then 'wholesaler'
        end as kind
    from measured
    cross join fences
    -- with too few customers nobody is called unusual
    where fences.customers >= 20
)

select * from flagged
where kind is not null
