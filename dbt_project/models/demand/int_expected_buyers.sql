{# A product's own share of the training folds counts as much as its size class's after so many buyers. #}
{% set shrunk_by = 5 %}

with

folds as (select * from {{ ref('int_folds') }} where purpose <> 'train'),

training_folds as (select * from {{ ref('int_training_folds') }}),

settings as (select * from {{ ref('stg_settings') }}),

trends as (select * from {{ ref('int_demand_trends') }} where level = 'product' and age = 0),

sold as (select * from {{ ref('int_demand_windows') }} where level = 'product' and back = 0),

candidates as (select * from {{ ref('int_candidate_demand') }}),

catalogue as (select * from {{ ref('int_fold_products') }} where in_catalogue),

-- what was bought of the catalogue in the label windows that are known, and how much of it by customers for
-- whom it was a candidate
learned as (
    select
        folds.fold,
        catalogue.product_id,
        {{ size_class('trends.buyers') }} as size_class,
        sold.buyers,
        least(coalesce(candidates.buyers, 0), sold.buyers) as candidate_buyers
    from folds
    cross join settings
    inner join training_folds
        on folds.fold = training_folds.fold and training_folds.recency_rank <= settings.hybrid_training_folds
    inner join catalogue on training_folds.training_fold = catalogue.fold
    inner join sold on catalogue.fold = sold.fold and catalogue.product_id = sold.item
    inner join trends on catalogue.fold = trends.fold and catalogue.product_id = trends.item
    left join candidates on catalogue.fold = candidates.fold and catalogue.product_id = candidates.product_id
    where trends.buyers > 0
),

class_shares as (
    select
        fold,
        size_class,
        {{ exact_sum('candidate_buyers') }} / {{ exact_sum('buyers') }} as candidate_share
    from learned
    group by fold, size_class
),

product_sums as (
    select
        fold,
        product_id,
        {{ exact_sum('candidate_buyers') }} as candidate_buyers,
        {{ exact_sum('buyers') }} as buyers
    from learned
    group by fold, product_id
),

-- folds of which probabilities are known
predicted as (
    select distinct fold
    from candidates
    where expected_buyers is not null
),

items as (
    select
        trends.fold,
        trends.item as product_id,
        trends.buyers as usual_buyers
    from trends
    inner join folds on trends.fold = folds.fold
    union all
    -- not sold lately, but a candidate
    select
        candidates.fold,
        candidates.product_id,
        0 as usual_buyers
    from candidates
    inner join predicted on candidates.fold = predicted.fold
    anti join trends on candidates.fold = trends.fold and candidates.product_id = trends.item
    where candidates.expected_buyers is not null
),

shared as (
    select
        items.*,
        case when predicted.fold is not null then coalesce(candidates.expected_buyers, 0) end as candidate_buyers,
        case
            -- nobody has it as a candidate
            when predicted.fold is null or catalogue.product_id is null then 0
            when items.usual_buyers = 0 then 0
            else
                (coalesce(product_sums.candidate_buyers, 0) + {{ shrunk_by }} * coalesce(class_shares.candidate_share, 0))
                / (coalesce(product_sums.buyers, 0) + {{ shrunk_by }})
        end as candidate_share
    from items
    left join predicted on items.fold = predicted.fold
    left join catalogue on items.fold = catalogue.fold and items.product_id = catalogue.product_id
    left join candidates on items.fold = candidates.fold and items.product_id = candidates.product_id
    left join product_sums on items.fold = product_sums.fold and items.product_id = product_sums.product_id
    left join class_shares
        on
            items.fold = class_shares.fold
            and items.usual_buyers > 0
            and {{ size_class('greatest(items.usual_buyers, 1e-9)') }} = class_shares.size_class
)

select
    fold,
    product_id,
    usual_buyers,
    candidate_share,
    candidate_buyers,
    usual_buyers * (1 - candidate_share) as other_buyers,
    coalesce(candidate_buyers, 0) + usual_buyers * (1 - candidate_share) as buyers
from shared
