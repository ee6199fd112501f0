{#
  The lengths at which lists are judged: NDCG@5, @10, @20. To Python, `CUTOFFS` of
  recsys/dbt/evaluation.py says it.
#}
{% macro metric_cutoffs() %}
    {{ return([5, 10, 20]) }}
{% endmacro %}
