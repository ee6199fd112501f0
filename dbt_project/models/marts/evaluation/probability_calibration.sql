with

list_types as (select * from {{ ref('int_list_types') }}),

bins as (
    select
        *,
        case when is_new then 'discover' else 'buy_again' end as list_type
    from {{ ref('int_probability_bins') }}
),

calibration as (
    select
        {{ run_id() }} as run_id,
        bins.fold,
        bins.list_type,
        cast(bins.bin as integer) as bin,
        bins.least_probability,
        bins.most_probability,
        bins.pairs,
        bins.expected_purchases,
        bins.actual_purchases,
        bins.expected_purchases / bins.weighed_pairs as mean_probability,
        bins.actual_purchases / bins.weighed_pairs as share_bought,
        bins.log_loss_sum / bins.weighed_pairs as log_loss
    from bins
    -- products that were only rated have a probability, but belong to no list in a shop without purchases
    inner join list_types on bins.list_type = list_types.list_type
)

select * from calibration
order by fold, list_type, bin
