{# The recommenders whose candidates are ranked, judged and combined: one line each. #}
{% macro recommenders() %}
    {{ return([
        'popularity',
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

{# Those a learned model must beat to serve (design of the champion gate). #}
{% macro simple_recommenders() %}
    {{ return(['popularity', 'buy_again']) }}
{% endmacro %}

{# Those that the setting `recommenders` may leave out: the others are what a learned model must beat. #}
{% macro optional_recommenders() %}
    {{ return(recommenders() | reject('in', simple_recommenders()) | list) }}
{% endmacro %}
