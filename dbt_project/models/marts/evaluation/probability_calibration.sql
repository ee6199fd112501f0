with

bins as (select * from {{ ref('int_probability_bins') }}),

calibration as (
    select
        {{ run_id() }} as run_id,
        fold,
        case when is_new then 'discover' else 'buy_again' end as list_type,
        cast(bin as integer) as bin,
        least_probability,
        most_probability,
        pairs,
        expected_purchases,
        actual_purchases,
        expected_purchases / weighed_pairs as mean_probability,
        actual_purchases / weighed_pairs as share_bought,
        log_loss_sum / weighed_pairs as log_loss
    from bins
)

select * from calibration
order by fold, list_type, bin
