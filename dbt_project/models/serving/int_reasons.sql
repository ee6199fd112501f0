{# A customer who hasn't bought a product for so many of the usual intervals has no habit of it any more. #}
{% set intervals_of_a_habit = 3 %}

with

evidence as (select * from {{ ref('int_reason_evidence') }}),

phrases as (select * from {{ ref('int_reason_phrases') }}),

offers as (select * from {{ ref('int_convincing_offers') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

fold_products as (select * from {{ ref('int_fold_products') }} where fold = 'serving'),

list_types as (select * from {{ ref('int_list_types') }} where takes_bought),

folds as (select * from {{ ref('int_folds') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

wording as (select case when exists (select 1 from list_types) then 'bought' else 'rated' end as verb),

described as (
    select
        evidence.*,
        offers.reason_kind as offer_kind,
        offers.phrase_key as offer_phrase,
        offers.reason_date as offer_date,
        offers.reason_count as offer_count,
        offers.reason_share as offer_share,
        offers.reason_days as offer_days,
        {{ days_between('evidence.own_first_at', 'evidence.own_last_at') }} / nullif(evidence.own_orders - 1, 0)
            as usual_interval,
        {{ days_between('evidence.own_last_at', 'folds.cutoff_at') }} as days_since_last,
        case when evidence.link_orders > 0 then wording.verb else 'rated' end as link_verb,
        wording.verb,
        counting_unit.counts_orders,
        settings.popularity_window_days,
        coalesce(fold_products.recent_customers, 0) as recent_customers,
        fold_products.customers,
        coalesce(products.category, products.department) as category
    from evidence
    cross join folds
    cross join settings
    cross join counting_unit
    cross join wording
    inner join products on evidence.product_key = products.product_key
    left join fold_products on evidence.product_key = fold_products.product_key
    left join offers
        on
            evidence.customer_key = offers.customer_key
            and evidence.product_key = offers.product_key
            and evidence.reason_basis = 'history'
),

-- the customer's own habits say most, then an offer, what else the customer bought, one basket, likeness, and common
-- customers
kinds as (
    select
        *,
        case
            when is_new_product then 'new'
            when profile_tells then 'profile'
            when reason_basis <> 'history' and customers is not null then 'popular'
            when offer_kind = 'usual_offer' then offer_kind
            -- a habit that has been given up is none
            when
                own_orders >= 3
                and usual_interval >= 1.5
                and days_since_last <= {{ intervals_of_a_habit }} * usual_interval
                then 'habit'
            when offer_kind is not null then offer_kind
            when own_orders > 0 then 'bought'
            when own_orders = 0 and own_first_at is null then 'rated'
            -- a gift or a return: the last day may be that of the return
            when own_orders = 0 then 'had'
            when link_kind = 'same_customers' and counts_orders then 'same_orders'
            when link_kind is not null then link_kind
            -- a rule placed what nobody has bought yet
            when customers is null then 'tip'
            else 'popular'
        end as reason_kind
    from described
),

measured as (
    select
        *,
        case
            when reason_kind = offer_kind then offer_phrase
            when reason_kind in ('habit', 'had', 'rated', 'together', 'profile', 'tip') then reason_kind
            when reason_kind = 'bought' and own_last_at is null then 'bought_undated'
            when reason_kind = 'bought' then case when own_orders > 1 then 'bought_times' else 'bought_once' end
            when reason_kind = 'new' then concat('new_', verb)
            when reason_kind <> 'popular' then concat(reason_kind, '_', link_verb)
            -- of one customer in the last weeks nobody would call it popular
            else concat(
                case when recent_customers > 1 then 'popular_' else 'ever_' end,
                case when counts_orders then 'orders' else verb end
            )
        end as phrase_key,
        case
            when reason_kind = offer_kind then offer_count
            when reason_kind in ('habit', 'bought') then own_orders
            when reason_kind in ('together', 'similar', 'same_customers', 'same_orders') then link_orders
            when reason_kind = 'popular' then case when recent_customers > 1 then recent_customers else customers end
        end as reason_count,
        case
            when reason_kind = offer_kind then round(offer_share, 3)
            when reason_kind in ('together', 'similar', 'same_customers', 'same_orders') then round(link_strength, 3)
        end as reason_share,
        case
            when reason_kind = offer_kind then offer_days
            when reason_kind = 'habit' then cast(round(usual_interval) as integer)
            when reason_kind = 'popular' and recent_customers > 1 then popularity_window_days
        end as reason_days,
        cast(case
            when reason_kind = offer_kind then offer_date
            when reason_kind = 'had' then own_first_at
            else own_last_at
        end as date) as reason_date
    from kinds
),

dates as (
    select
        max(phrase) filter (where phrase_key = 'date') as pattern,
        max(phrase) filter (where phrase_key = 'months') as months
    from phrases
)

select
    customers.customer_id,
    products.product_id,
    measured.reason_basis,
    {{ filled_phrase('phrases.phrase', 'measured', 'dates', 'named.title') }} as reason,
    named.product_id as reason_product_id,
    measured.reason_kind,
    measured.reason_count,
    measured.reason_share,
    measured.reason_days
from measured
cross join dates
inner join phrases on measured.phrase_key = phrases.phrase_key
inner join customers on measured.customer_key = customers.customer_key
inner join products on measured.product_key = products.product_key
left join products as named
    on
        measured.reason_product_key = named.product_key
        and measured.reason_kind in ('new', 'together', 'similar', 'same_customers', 'same_orders')
