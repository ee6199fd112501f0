{# The lists that a customer may have. #}
{% macro list_type_names() %}
    {{ return(['discover', 'buy_again', 'next_basket']) }}
{% endmacro %}

{# RFM segments, from the best customers down; the last is who never bought. #}
{% macro rfm_segments() %}
    {{ return([
        'champions', 'loyal', 'promising', 'needs attention', 'cannot lose', 'at risk', 'hibernating', 'no purchases'
    ]) }}
{% endmacro %}
