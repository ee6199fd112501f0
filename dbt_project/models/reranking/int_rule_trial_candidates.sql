with

ranking as (select * from {{ ref('int_champion_ranking') }}),

lists as (select * from {{ ref('int_rule_trial_lists') }})

select ranking.*
from ranking
inner join lists
    on
        ranking.fold = lists.fold
        and ranking.list_type = lists.list_type
        and ranking.customer_key = lists.customer_key
