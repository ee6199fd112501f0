{{ config(materialized='view') }}

with

folds as (select * from {{ ref('int_folds') }}),

ratings as (select * from {{ ref('int_rating_lines') }}),

known as (
    select
        folds.fold,
        ratings.customer_id,
        ratings.product_id,
        ratings.rating,
        ratings.rated_at
    from folds
    inner join ratings
        on
            case
                -- the day after the last purchase knows ratings of still later days, too
                when folds.purpose = 'serve' then ratings.replaced_at is null
                else
                    {{ known_at('folds', 'ratings.rated_at') }}
                    and (ratings.replaced_at is null or folds.cutoff_at <= ratings.replaced_at)
            end
)

select * from known
