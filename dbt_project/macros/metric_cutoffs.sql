{#
  The lengths at which lists are judged: NDCG@5, @10, @20, which champions may be chosen by. Python
  reads them from the same model of settings.
#}
{% macro metric_cutoffs() %}
    {{ return(legal_settings()['champion_k'][1]) }}
{% endmacro %}
