{# More lines than this share that came late, changed or left since the fit ask for another. #}
{% set most_late_share = 0.01 %}

with

serving as (select * from {{ ref('int_folds') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

rating_scale as (select * from {{ ref('int_rating_scale') }}),

counting_unit as (select * from {{ ref('int_counting_unit') }}),

customers as (select * from {{ ref('int_customers') }}),

products as (select * from {{ ref('int_products') }}),

fitted as (select * from {{ fitted('run') }}),

fitted_customers as (select * from {{ fitted('customers') }}),

fitted_products as (select * from {{ fitted('products') }} where is_sold),

late as (
    -- a changed line is gone as it was and added as it is
    select greatest(coalesce(sum(added_lines), 0), coalesce(sum(gone_lines), 0)) as lines
    from {{ ref('int_changed_lines') }}
    where was_due
),

-- their rows of past folds are kept, and would be published
gone_customers as (
    select count(*) as customers from fitted_customers
    where name not in (select customers.customer_id from customers)
),

gone_products as (
    select count(*) as products from fitted_products
    where name not in (select products.product_id from products)
),

fit as (
    select
        coalesce(fitted.run_id, {{ run_id() }}) as fit_run_id,
        coalesce(fitted.fitted_until, serving.cutoff_at) as fitted_until,
        cast(coalesce(date_diff('day', fitted.fitted_until, serving.cutoff_at), 0) as integer) as days,
        fitted.run_id is not null as is_refreshed,
        fitted.lines as fitted_lines,
        late.lines as late_lines,
        gone_customers.customers as gone_customers,
        gone_products.products as gone_products,
        (
            rating_scale.is_unary is distinct from fitted.is_unary
            or rating_scale.has_purchases is distinct from fitted.has_purchases
            or counting_unit.counts_orders is distinct from fitted.counts_orders
        ) as is_of_another_kind
    from serving
    cross join late
    cross join gone_customers
    cross join gone_products
    cross join rating_scale
    cross join counting_unit
    left join fitted on true
),

judged as (
    select
        fit.*,
        case
            when not fit.is_refreshed then null
            when settings.pinned_fit is null and fit.days >= settings.refit_after_days
                then concat('it is ', fit.days, ' days old, and refit_after_days is ', settings.refit_after_days)
            when fit.days < 0 then 'the shop is looked at on an earlier day'
            when settings.pinned_fit is null and fit.late_lines > {{ most_late_share }} * fit.fitted_lines
                then concat(
                    format('{:,}', fit.late_lines), ' of ', format('{:,}', fit.fitted_lines),
                    ' lines from before it came late, changed or are gone'
                )
            when fit.gone_customers > 0
                then concat(format('{:,}', fit.gone_customers), ' of its customers left the shop''s files')
            when fit.gone_products > 0
                then concat(format('{:,}', fit.gone_products), ' of its products left the shop''s files')
            when fit.is_of_another_kind then 'ratings, or what popularity counts, are of another kind'
        end as why_refit
    from fit
    cross join settings
)

select
    fit_run_id,
    fitted_until,
    days,
    is_refreshed
from judged
-- the build ends here, and is done anew as one that fits
where why_refit is null or {{ raised("concat('" ~ refit_mark() ~ "', why_refit)") }} is null
