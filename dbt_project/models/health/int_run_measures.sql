with

earlier as (select * from {{ ref('int_earlier_measures') }}),

measured as (
    select * from {{ ref('int_input_measures') }}
    union all by name
    select * from {{ ref('int_shop_measures') }}
    union all by name
    select * from {{ ref('int_list_measures') }}
    union all by name
    select * from {{ ref('int_quality_measures') }}
    union all by name
    select
        measure,
        part,
        distance as value,
        by_chance,
        noise
    from {{ ref('int_share_distances') }}
),

-- sources and reasons of which there are no lines any more
gone as (
    select distinct
        earlier.measure,
        earlier.part,
        0.0 as value
    from earlier
    left join measured on earlier.measure = measured.measure and earlier.part = measured.part
    where earlier.measure in ('lines', 'rejected_share') and measured.measure is null
)

select * from measured
union all by name
select * from gone
