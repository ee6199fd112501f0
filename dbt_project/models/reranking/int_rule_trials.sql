with

settings as (select * from {{ ref('stg_settings') }}),

products as (select * from {{ ref('int_products') }}),

variants as (select * from {{ ref('int_product_variants') }}),

list_lengths as (select list_length from settings),

list_rules as (select * from {{ ref('int_rule_trial_rules') }}),

all_candidates as (select * from {{ ref('int_rule_trial_candidates') }}),

matches as (select * from {{ ref('int_rule_trial_matches') }}),

pins as (
    {{ pins_of_rules() }}
),

-- a rule changes nothing where it is about products that no list would hold
touched as (
    select
        matches.trial,
        matches.fold,
        matches.list_type,
        matches.customer_key
    from matches
    left join all_candidates
        on
            matches.fold = all_candidates.fold
            and matches.list_type = all_candidates.list_type
            and matches.customer_key = all_candidates.customer_key
            and matches.product_key = all_candidates.product_key
    group by matches.trial, matches.fold, matches.list_type, matches.customer_key
    having bool_or(
        matches.action in ('boost', 'reserve', 'pin') or all_candidates.rank <= {{ candidates_per_list() }}
    )
),

-- trial 0 is without rules
ranking as (
    select
        0 as trial,
        all_candidates.*
    from all_candidates
    where all_candidates.rank <= {{ candidates_per_list() }}
    union all
    select
        touched.trial,
        all_candidates.*
    from touched
    inner join all_candidates
        on
            touched.fold = all_candidates.fold
            and touched.list_type = all_candidates.list_type
            and touched.customer_key = all_candidates.customer_key
),

{{ obeying_candidates(candidates_per_list()) }},

champion_candidates as (
    select
        *,
        false as is_filler
    from obeying
),

scores as (select * from {{ ref('int_hybrid_scores') }}),

prices as (select * from {{ ref('int_fold_products') }}),

valued as (
    {{ valued_candidates('settings', 'trial') }}
),

candidates as (
    {{ candidates_to_rerank() }}
),

{{ reranked('trial, fold, list_type, customer_key') }},

ordered as (select * from reranked),

-- today's newcomers had no past
newcomers as (
    select
        *,
        0 as trial
    from {{ ref('int_newcomers') }}
    where false
),

{{ admitted_by_rules() }}, -- noqa: PRS

{{ placed_by_rules() }}

select
    trial,
    fold,
    list_type,
    customer_key,
    rank,
    product_key
from placed
union all
-- a rule that leaves nothing of a list
select
    touched.trial,
    touched.fold,
    touched.list_type,
    touched.customer_key,
    null as rank,
    null as product_key
from touched
anti join placed on {{ same_list('touched', 'placed') }}
