{# The recommenders whose candidates are ranked, judged and combined: one line each. #}
{% macro recommenders() %}
    {{ return([
        'popularity',
        'store_popularity',
        'buy_again',
        'bought_together',
        'svd',
        'nmf',
        'knn',
        'mean_imputed_svd',
        'ease',
        'ridge',
        'item_knn',
        'user_knn',
        'als',
        'content',
    ]) }}
{% endmacro %}

{# Those whose score is a predicted rating on the shop's scale. #}
{% macro rating_recommenders() %}
    {{ return(['svd', 'nmf', 'knn', 'mean_imputed_svd']) }}
{% endmacro %}

{# The simple recommenders, which the hybrid must beat to serve (the gate). #}
{% macro simple_recommenders() %}
    {{ return(['popularity', 'store_popularity', 'buy_again']) }}
{% endmacro %}

{# Those that the setting `recommenders` may leave out: all but the simple ones. #}
{% macro optional_recommenders() %}
    {{ return(recommenders() | reject('in', simple_recommenders()) | list) }}
{% endmacro %}
