with

labels as (select * from {{ ref('int_labels') }})

select
    fold,
    count(*) as held_out,
    count(*) filter (where in_catalogue) as in_catalogue
from labels
group by fold
