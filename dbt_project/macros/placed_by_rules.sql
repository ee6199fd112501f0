{#
  The lists that are served. Reads the CTEs `admitted` (what admitted_by_rules ends in), `matches` (what
  matched_by_rules makes) and `list_lengths` (list_length). Of what is admitted, pinned products come into the
  list first, then newcomers, then the best ones of each reserved share, then the rest in turn. Pinned products
  stand at their ranks, newcomers last, all others in turn in the places that are left. Ends in the CTE `placed`,
  with `rank` from 1 on and `placed_by`, the rule that pinned a product or reserved its place.
#}
{% macro placed_by_rules() -%}
{%- set list = 'trial, fold, list_type, customer_key' -%}
in_reserves as (
    select
        admitted.trial,
        admitted.fold,
        admitted.list_type,
        admitted.customer_key,
        admitted.product_key,
        matches.rule_key,
        row_number() over (
            partition by
                admitted.trial, admitted.fold, admitted.list_type, admitted.customer_key, matches.rule_key
            order by admitted.turn
        ) <= ceil(matches.value * list_lengths.list_length) as is_reserved
    from admitted
    inner join matches
        on
            {{ same_list('admitted', 'matches') }}
            and admitted.product_key = matches.product_key
            and matches.action = 'reserve'
    cross join list_lengths
    where admitted.dropped_by is null
),

reserved as (
    select
        {{ list }},
        product_key,
        min(rule_key) as reserved_by
    from in_reserves
    where is_reserved
    group by {{ list }}, product_key
),

entering as (
    select
        admitted.*,
        reserved.reserved_by,
        list_lengths.list_length,
        row_number() over (
            partition by admitted.trial, admitted.fold, admitted.list_type, admitted.customer_key
            order by
                least(admitted.kind_order, 3), reserved.reserved_by asc nulls last, admitted.turn
        ) as entry_number,
        row_number() over (
            partition by admitted.trial, admitted.fold, admitted.list_type, admitted.customer_key
            order by admitted.turn
        ) as unreserved_number
    from admitted
    cross join list_lengths
    left join reserved
        on {{ same_list('admitted', 'reserved') }} and admitted.product_key = reserved.product_key
    where admitted.dropped_by is null
),

listed as (
    select
        *,
        -- the n-th of its kind
        row_number() over (partition by {{ list }}, kind = 'pin' order by kind = 'newcomer', turn) as number
    from entering
    where entry_number <= list_length
),

-- two products can't stand at one rank: the next one is the second's
pinned_places as (
    select
        {{ list }},
        product_key,
        number + max(place - number) over (
            partition by {{ list }} order by number rows between unbounded preceding and current row
        ) as final_place,
        max(place - number) over (
            partition by {{ list }} order by number rows between unbounded preceding and current row
        ) + 1 as first_number_behind
    from listed
    where kind = 'pin'
),

-- the others' numbers from which on a pinned product stands before them
pins_of_lists as (
    select
        {{ list }},
        list(first_number_behind) as numbers
    from pinned_places
    group by {{ list }}
),

with_places as (
    select
        listed.*,
        coalesce(
            pinned_places.final_place,
            listed.number + len(list_filter(
                coalesce(pins_of_lists.numbers, []), lambda behind: behind <= listed.number
            ))
        ) as final_place
    from listed
    left join pinned_places
        on {{ same_list('listed', 'pinned_places') }} and listed.product_key = pinned_places.product_key
    left join pins_of_lists on {{ same_list('listed', 'pins_of_lists') }}
),

placed as (
    select
        {{ list }},
        row_number() over (partition by {{ list }} order by final_place, kind_order, turn) as rank,
        product_key,
        -- a pinned product that nobody proposed has none
        coalesce(score, 0) as score,
        coalesce(recommender, 'rule') as recommender,
        coalesce(pinned_by, case when unreserved_number > list_length then reserved_by end) as placed_by
    from with_places
)
{%- endmacro %}
