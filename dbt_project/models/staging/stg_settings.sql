{{ config(tags=['tune']) }}

{# Each setting's type, and the least and the most it may be, or all it may be. #}
{% set settings = {
    'label_window_days': ['integer', 1, 3650],
    'judged_folds': ['integer', 0, 1000],
    'hybrid_training_folds': ['integer', 0, 1000],
    'judged_customers': ['integer', 1, 2000000000],
    'as_of': ['date'],
    'active_within_days': ['integer', 0, 1000000],
    'timezone': ['varchar'],
    'earliest_day': ['date'],
    'date_order': ['varchar', ['', 'dmy', 'mdy']],
    'decimal_separator': ['varchar', ['', '.', ',']],
    'duplicate_lines': ['varchar', ['reject', 'mapped', 'keep']],
    'find_non_products': ['boolean'],
    'merge_case_variants': ['varchar', ['same_title', 'always', 'never']],
    'outlier_quantity_factor': ['double', 0, 1000000000],
    'unusual_customers': ['varchar', ['keep', 'leave_out']],
    'min_customers_per_product': ['integer', 0, 2000000000],
    'sold_within_days': ['integer', 0, 1000000],
    'decay_half_life_days': ['double', 0.001, 1000000],
    'popularity_window_days': ['integer', 1, 1000000],
    'rating_min': ['double', -1000000, 1000000],
    'rating_max': ['double', -1000000, 1000000],
    'recommenders': ['varchar'],
    'rating_models': ['varchar'],
    'cross_validate_implied': ['boolean'],
    'overdue_discount': ['double', 0, 1000],
    'intervals_after_single_purchase': ['double', 0, 1000000],
    'repeat_share_weight': ['double', 0, 1000000],
    'min_baskets_together': ['integer', 1, 2000000000],
    'pairs_per_product': ['integer', 1, 1000],
    'candidates_per_customer': ['integer', 1, 10000],
    'list_length': ['integer', 1, 20],
    'serving_block_customers': ['integer', 1, 1000000],
    'serving_engine': ['varchar', ['local', 'spark']],
    'keep_block_tables': ['varchar'],
    'fusion_constant': ['integer', 0, 1000000],
    'fusion_share_of_best': ['double', 0, 1],
    'content_vectors': ['varchar', ['tfidf', 'lsa', 'embeddings']],
    'content_field_weights': ['varchar'],
    'content_embedding_model': ['varchar'],
    'recommend_new_products': ['integer', 0, 20],
    'hybrid_candidates': ['integer', 1, 10000],
    'hybrid_training_rows': ['integer', 1, 2000000000],
    'hybrid_seed': ['integer', 0, 1000000000],
    'audience_size': ['integer', 1, 1000000],
    'preference_categories': ['integer', 1, 250],
    'tuning_trials': ['integer', 0, 1000000],
    'tuning_minutes': ['double', 0, 1000000],
    'tuning_recommenders': ['varchar'],
    'tuning_metric': ['varchar', ['ndcg', 'rmse']],
    'tuning_list_type': ['varchar', ['discover', 'buy_again', 'next_basket']],
    'tuning_sampler': ['varchar', ['tpe', 'random', 'grid']],
    'tuning_seed': ['integer', 0, 2000000000],
    'bootstrap_resamples': ['integer', 2, 1000000],
    'bootstrap_seed': ['integer', 0, 2000000000],
    'champion_metric': ['varchar', ['ndcg', 'precision', 'recall', 'map', 'mrr', 'hit_rate']],
    'champion_k': ['integer', metric_cutoffs()],
    'require_better_champion': ['boolean'],
    'pinned_champion': ['varchar', ['', 'hybrid', 'fusion', 'profile'] + recommenders()],
} %}

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
                    pinned_champion not in ('hybrid', 'fusion', 'profile', '{{ simple_recommenders() | join("', '") }}') -- noqa: LT05
                    and not list_contains(
                        string_split(replace(coalesce(recommenders, ''), ' ', ''), ','), pinned_champion
                    )
                    then error(concat(
                        'setting pinned_champion is ', pinned_champion, '; name it in recommenders, too: ', recommenders
                    ))
                else pinned_champion
            end as pinned_champion
        )
    from checked
)

select * from settings
