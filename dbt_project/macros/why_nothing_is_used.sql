{# One row: why none of the lines of purchases and ratings can be used, in words. #}
{% macro why_nothing_is_used() -%}
    with
    lines as (
        select
            'purchases' as source,
            reject_reason,
            reject_reason is null and is_return as is_return
        from {{ ref('stg_purchases') }}
        union all
        select
            'ratings' as source,
            reject_reason,
            false as is_return
        from {{ ref('stg_ratings') }}
    ),

    reasons as (
        select
            source,
            reject_reason,
            is_return,
            count(*) as line_count
        from lines
        group by source, reject_reason, is_return
    ),

    counted as (
        select
            source,
            sum(line_count) as line_count,
            coalesce(sum(line_count) filter (where is_return), 0) as returns,
            coalesce(sum(line_count) filter (where reject_reason is not null), 0) as rejected,
            string_agg(
                case when reject_reason is not null then concat(line_count, ' ', reject_reason) end, ', '
                order by line_count desc, reject_reason
            ) as reasons
        from reasons
        group by source
    ),

    said as (
        select
            source,
            case
                when returns = line_count
                    then concat('all ', line_count, ' lines of ', source, ' are returns (of a negative quantity, or is_return)')
                when rejected = line_count then concat('all ', line_count, ' lines of ', source, ' are rejected (', reasons, ')')
                else concat(
                    'of ', line_count, ' lines of ', source, ' ',
                    concat_ws(
                        ', ',
                        case when rejected > 0 then concat(rejected, ' are rejected (', reasons, ')') end,
                        case when returns > 0 then concat(returns, ' are returns') end,
                        case
                            when line_count > rejected + returns
                                then concat(line_count - rejected - returns, ' are of customers who are left out')
                        end
                    )
                )
            end as why
        from counted
    )

    select
        concat(
            'no purchase or rating can be used: ', string_agg(why, '; ' order by source),
            '; marts.input_audit and marts.rejected_rows say why'
        ) as message
    from said
{%- endmacro %}
