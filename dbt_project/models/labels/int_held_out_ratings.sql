with

folds as (select * from {{ ref('int_folds') }} where purpose = 'judge'),

ratings as (select * from {{ ref('int_rating_lines') }}),

held_out as (
    select
        folds.fold,
        ratings.customer_id,
        ratings.product_id,
        ratings.rating
    from folds
    inner join ratings
        on
            folds.cutoff_at <= ratings.first_rated_at
            and folds.label_until > ratings.rated_at
            and (ratings.replaced_at is null or folds.label_until <= ratings.replaced_at)
)

select * from held_out
