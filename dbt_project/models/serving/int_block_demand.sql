-- How many customers of a block will buy a product, of those for whom it is a candidate.
with

scores as (select * from {{ ref('int_hybrid_scores') }} where fold = 'serving')

select
    product_key,
    -- the sum of decimals doesn't depend on how customers are cut into blocks
    sum(cast(probability as decimal(18, 9))) as buyers
from scores
group by product_key
