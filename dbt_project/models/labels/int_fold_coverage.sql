with

bought_after as (select * from {{ ref('int_bought_after') }})

select
    fold,
    count(*) as held_out,
    count(*) filter (where in_catalogue) as in_catalogue
from bought_after
group by fold
