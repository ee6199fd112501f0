{# More lines than this share that came late, changed or left since the fit ask for another. #}
{% set most_late_share = 0.01 %}

with

serving as (select * from {{ ref('int_folds') }} where fold = 'serving'),

settings as (select * from {{ ref('stg_settings') }}),

kinds as (
    select
        rating_scale.is_unary,
        rating_scale.has_purchases,
        counting_unit.counts_orders
    from {{ ref('int_rating_scale') }} as rating_scale
    cross join {{ ref('int_counting_unit') }} as counting_unit
),

late as (
    -- a changed line is gone as it was and added as it is
    select greatest(coalesce(sum(added_lines), 0), coalesce(sum(gone_lines), 0)) as lines
    from {{ ref('int_changed_lines') }}
    where was_due
),

fit as (
    {% if refreshes() %}
    select
        fitted.run_id as fit_run_id,
        fitted.fitted_until,
        cast(date_diff('day', fitted.fitted_until, serving.cutoff_at) as integer) as days,
        fitted.lines as fitted_lines,
        late.lines as late_lines,
        row(kinds.is_unary, kinds.has_purchases, kinds.counts_orders)
        is distinct from row(fitted.is_unary, fitted.has_purchases, fitted.counts_orders) as is_of_another_kind,
        -- their rows of past folds are kept, and would be published
        (
            select count(*) from {{ fitted('customers') }} as known
            where known.name not in (select customers.customer_id from {{ ref('int_customers') }} as customers)
        ) as gone_customers,
        (
            select count(*) from {{ fitted('products') }} as known
            where
                known.is_sold
                and known.name not in (select products.product_id from {{ ref('int_products') }} as products)
        ) as gone_products,
        true as is_refreshed
    from {{ fitted('run') }} as fitted
    cross join serving
    cross join late
    cross join kinds
    {% else %}
    -- depends_on: {{ ref('int_customers') }}
    -- depends_on: {{ ref('int_products') }}
    select
        {{ run_id() }} as fit_run_id,
        serving.cutoff_at as fitted_until,
        0 as days,
        cast(null as bigint) as fitted_lines,
        late.lines as late_lines,
        false as is_of_another_kind,
        0 as gone_customers,
        0 as gone_products,
        false as is_refreshed
    from serving
    cross join late
    cross join kinds
    {% endif %}
),

judged as (
    select
        fit.fit_run_id,
        fit.fitted_until,
        fit.days,
        fit.is_refreshed,
        case
            when not fit.is_refreshed then null
            when fit.days >= settings.refit_after_days
                then concat('it is ', fit.days, ' days old, and refit_after_days is ', settings.refit_after_days)
            when fit.days < 0 then 'the shop is looked at on an earlier day'
            when fit.late_lines > {{ most_late_share }} * fit.fitted_lines
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
