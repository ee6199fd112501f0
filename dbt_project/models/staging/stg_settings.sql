{% set settings = {
    'label_window_days': 'integer',
    'judged_folds': 'integer',
    'hybrid_training_folds': 'integer',
    'judged_customers': 'integer',
    'as_of': 'date',
    'min_customers_per_product': 'integer',
    'sold_within_days': 'integer',
    'decay_half_life_days': 'double',
    'popularity_window_days': 'integer',
    'rating_min': 'double',
    'rating_max': 'double',
    'rating_models': 'varchar',
    'cross_validate_implied': 'boolean',
    'overdue_discount': 'double',
    'intervals_after_single_purchase': 'double',
    'min_baskets_together': 'integer',
    'pairs_per_product': 'integer',
    'candidates_per_customer': 'integer',
    'list_length': 'integer',
    'fusion_constant': 'integer',
    'fusion_share_of_best': 'double',
    'champion_metric': 'varchar',
    'champion_k': 'integer',
    'pinned_champion': 'varchar',
} %}

with

shop_settings as (select * from {{ source('shop', 'settings') }}),

settings as (
    select
        {% for name, type in settings.items() %}
        cast(
            nullif(
                coalesce(
                    max(value) filter (where name = '{{ name }}'),
                    '{{ var(name) | string | replace("'", "''") }}'
                ),
                ''
            ) as {{ type }}
        ) as {{ name }},
        {% endfor %}
        max(value) filter (where name = 'shop') as shop,
        max(value) filter (where name = 'package_version') as package_version
    from shop_settings
)

select * from settings
