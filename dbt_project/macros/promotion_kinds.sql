{# Kinds of promotions that are told apart, and the words, in lower case, that say them. #}
{% macro promotion_kinds() %}
    {{ return({
        'mailer': 'mailer|mailing|flyer|leaflet|circular|insert|catalog|catalogue|newsletter|prospekt|folder|folleto|volantino',
        'display': 'display|end ?cap|placement|shelf|aufsteller|gondola',
    }) }}
{% endmacro %}
