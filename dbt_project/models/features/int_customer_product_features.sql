-- Part after part of the customers: all intervals at once, which the medians keep until the end, would
-- fill the memory of a shop of millions of lines, and spilling them takes fifteen times as long.
{% set parts = 16 %}

{% for part in range(parts) %}
(
    with

    fold_customers as (select * from {{ ref('int_fold_customers') }}),

    events as (
        select * from {{ ref('int_known_events') }}
        where is_interest and {{ in_part('customer_key', part, parts) }}
    ),

    settings as (select * from {{ ref('stg_settings') }}),

    known as (
        select events.*
        from fold_customers
        inner join events
            on fold_customers.fold = events.fold and fold_customers.customer_key = events.customer_key
    ),

    -- the lines of an order may have times of their own
    orders as (
        select
            fold,
            customer_key,
            order_key,
            row_number() over (
                partition by fold, customer_key order by min(occurred_at), order_key
            ) as order_number
        from known
        group by fold, customer_key, order_key
    ),

    with_intervals as (
        select
            *,
            {{ days_between(
                'lag(occurred_at) over (partition by fold, customer_key, product_key order by occurred_at, order_key)',
                'occurred_at'
            ) }} as interval_before
        from known
    ),

    aged as (
        select
            with_intervals.fold,
            settings.label_window_days,
            with_intervals.customer_key,
            with_intervals.product_key,
            with_intervals.interval_before,
            orders.order_number,
            with_intervals.quantity,
            with_intervals.discount,
            -- without a date, as old as a label window
            coalesce(with_intervals.age_days, settings.label_window_days) as age
        from with_intervals
        inner join orders
            on
                with_intervals.fold = orders.fold
                and with_intervals.customer_key = orders.customer_key
                and with_intervals.order_key = orders.order_key
        cross join settings
        where with_intervals.is_kept
    ),

    features as (
        select
            fold,
            customer_key,
            product_key,
            count(*) as orders,
            count(*) filter (where age <= 0.5 * label_window_days) as orders_half_window,
            count(*) filter (where age <= label_window_days) as orders_one_window,
            count(*) filter (where age <= 3 * label_window_days) as orders_three_windows,
            {{ exact_sum('power(0.5, age / (0.25 * label_window_days))') }} as decay_quarter_window,
            {{ exact_sum('power(0.5, age / label_window_days)') }} as decay_one_window,
            {{ exact_sum('power(0.5, age / (3 * label_window_days))') }} as decay_three_windows,
            {{ exact_sum('power(0.5, age / (6 * label_window_days))') }} as decay_six_windows,
            min(age) as days_since_last,
            max(age) as days_since_first,
            -- of the last 63 stretches of a label window's length, those with a purchase: what is asked
            -- about the next one. A bit each, for sets of them would fill the memory
            bit_count(bit_or(
                cast(1 as bigint) << cast(greatest(least(ceil(age / label_window_days) - 1, 62), 0) as bigint)
            )) as windows,
            least(ceil(greatest(max(age), 1) / label_window_days), 63) as windows_since_first,
            median(interval_before) as usual_interval,
            max(interval_before) as longest_interval,
            arg_max(quantity, order_number) as last_quantity,
            count(*) filter (where discount > 0) / nullif(count(discount), 0) as discounted_share,
            min(order_number) as first_order_number,
            max(order_number) as last_order_number
        from aged
        group by fold, customer_key, product_key, label_window_days
    ),

    visits as (
        select
            fold,
            customer_key,
            max(order_number) as orders
        from aged
        group by fold, customer_key
    ),

    timed as (
        select
            features.*,
            features.windows / features.windows_since_first as windows_share,
            -- the same counted in the customer's own orders instead of days
            visits.orders - features.last_order_number as orders_since_last,
            features.orders / (visits.orders - features.first_order_number + 1) as share_of_orders_since_first,
            case
                when features.orders > 1
                    then
                        (visits.orders - features.last_order_number) * (features.orders - 1)
                        / (features.last_order_number - features.first_order_number)
            end as due_ratio_of_orders,
            -- below a day, an interval is two orders of one errand; greatest would take 1 for a null
            case
                when features.usual_interval is not null
                    then features.days_since_last / greatest(features.usual_interval, 1)
            end as due_ratio,
            case
                when features.longest_interval is not null
                    then features.days_since_last / greatest(features.longest_interval, 1)
            end as due_ratio_of_longest,
            case
                when features.orders > 1
                    then
                        features.days_since_last
                        / greatest((features.days_since_first - features.days_since_last) / (features.orders - 1), 1)
            end as due_ratio_of_mean
        from features
        inner join visits on features.fold = visits.fold and features.customer_key = visits.customer_key
    )

    select * exclude (first_order_number, last_order_number) from timed
)
{% if not loop.last %}union all{% endif %}
{% endfor %}
