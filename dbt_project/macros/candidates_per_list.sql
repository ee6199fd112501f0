{# Candidates of a list, from which the products that are served are chosen. #}
{% macro candidates_per_list() %}{{ return(40) }}{% endmacro %}
