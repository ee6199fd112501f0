{{ config(tags=['tune']) }}

{% set settings = legal_settings() %}

with

shop_settings as (select * from {{ source('shop', 'settings') }}),

given as (
    select
        {% for name in settings %}
        nullif(
            coalesce(
                max(value) filter (where name = '{{ name }}'),
                '{{ var(name) | string | replace("'", "''") }}'
            ),
            ''
        ) as {{ name }},
        {% endfor %}
        max(value) filter (where name = 'shop') as shop,
        max(value) filter (where name = 'package_version') as package_version
    from shop_settings
),

checked as (
    select
        {% for name, legal in settings.items() %}
        {{ checked_setting(name, *legal) }} as {{ name }},
        {% endfor %}
        shop,
        package_version
    from given
),

-- which columns of money the shop file maps
priced as (
    select
        bool_or(input = 'products' and column_name in ('cost', 'margin')) as has_margin,
        bool_or(
            (input = 'purchases' and column_name in ('unit_price', 'amount'))
            or (input = 'products' and column_name = 'price')
        ) as has_price
    from {{ source('shop', 'mapped_columns') }}
),

settings as (
    select
        * replace (
            case
                when rating_max > rating_min then rating_max
                else error(concat(
                    'setting rating_max is ', rating_max, '; use a number above rating_min, ', rating_min
                ))
            end as rating_max,
            case
                when candidates_per_customer >= list_length then candidates_per_customer
                else error(concat(
                    'setting candidates_per_customer is ', candidates_per_customer,
                    '; use at least list_length, ', list_length
                ))
            end as candidates_per_customer,
            case
                when timezone is null or timezone in (select zones.name from pg_timezone_names() as zones)
                    then timezone
                else error(concat('setting timezone is ', timezone, '; use a name such as Europe/Berlin'))
            end as timezone,
            case
                -- with a comma after the last, every name has one
                when regexp_full_match(
                    concat(recommenders, ','), '(\s*({{ optional_recommenders() | join("|") }})?\s*,)+'
                ) then recommenders
                else error(concat(
                    'setting recommenders is ', recommenders,
                    '; use some of {{ optional_recommenders() | join(", ") }}, separated by commas'
                ))
            end as recommenders,
            case
                when
                    drift_ignored is null
                    or regexp_full_match(
                        concat(drift_ignored, ','), '(\s*({{ drift_measures() | join("|") }})?\s*,)+'
                    )
                    then drift_ignored
                else error(concat(
                    'setting drift_ignored is ', drift_ignored,
                    '; use some of {{ drift_measures() | join(", ") }}, separated by commas'
                ))
            end as drift_ignored,
            case
                when drift_alarm >= drift_watch then drift_alarm
                else error(concat('setting drift_alarm is ', drift_alarm, '; use at least drift_watch, ', drift_watch))
            end as drift_alarm,
            case
                when not {{ is_built('pinned_champion') }}
                    then error(concat(
                        'setting pinned_champion is ', pinned_champion, '; name it in recommenders, too: ', recommenders
                    ))
                else pinned_champion
            end as pinned_champion,
            case
                when challenger is null and challenger_share > 0
                    then error(concat(
                        'setting challenger is empty, and challenger_share is ', challenger_share,
                        '; name a recommender in challenger, or set challenger_share to 0'
                    ))
                when not {{ is_built('challenger') }}
                    then error(concat(
                        'setting challenger is ', challenger, '; name it in recommenders, too: ', recommenders
                    ))
                else challenger
            end as challenger,
            case
                when control_share + challenger_share < 1 then control_share
                else error(concat(
                    'settings control_share and challenger_share are ', control_share, ' and ', challenger_share,
                    '; together they must be below 1, so that the champion''s arm has customers'
                ))
            end as control_share,
            case
                when trim(experiment_name) <> '' then experiment_name
                else error('setting experiment_name is empty; use a name such as lists')
            end as experiment_name,
            case
                when pinned_fit is null or regexp_full_match(pinned_fit, 'last|[0-9a-f]{8}[0-9a-f-]{0,28}')
                    then pinned_fit
                else error(concat(
                    'setting pinned_fit is ', pinned_fit, '; use last, or the first eight or more letters ',
                    'of a run as recsys builds shows them, in quotes'
                ))
            end as pinned_fit,
            case
                when objective = 'margin' and not exists (select 1 from priced where priced.has_margin)
                    then error(concat(
                        'setting objective is ', objective, ', and the shop file maps neither cost nor margin ',
                        'of products; map one of them under products: columns:, or use probability or revenue'
                    ))
                when objective = 'revenue' and not exists (select 1 from priced where priced.has_price)
                    then error(concat(
                        'setting objective is ', objective, ', and the shop file maps no price: neither unit_price ',
                        'nor amount of purchases nor price of products; map one of them, or use probability'
                    ))
                else objective
            end as objective
        )
    from checked
)

select * from settings
