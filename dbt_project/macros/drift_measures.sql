{#
  What is measured of every build, by group. Of each measure: the scale on which it is compared; whether it is a
  total, which grows, so that its growth from run to run is compared; and which side is an alarm.
#}
{% macro drift_measures() %}
    {{ return({
        'lines': ['volume', 'count', true, 'both'],
        'customers': ['volume', 'count', true, 'both'],
        'products': ['volume', 'count', true, 'both'],
        'events_last_week': ['volume', 'count', false, 'both'],
        'customers_last_week': ['volume', 'count', false, 'both'],
        'products_last_week': ['volume', 'count', false, 'both'],
        'new_customers_last_week': ['volume', 'count', false, 'both'],
        'new_products_last_week': ['volume', 'count', false, 'both'],
        'rejected_share': ['input', 'share', false, 'high'],
        'days_since_last_event': ['input', 'days', false, 'high'],
        'bought_categories': ['mix', 'distance', false, 'high'],
        'bought_prices': ['mix', 'distance', false, 'high'],
        'catalogue_categories': ['mix', 'distance', false, 'high'],
        'catalogue_prices': ['mix', 'distance', false, 'high'],
        'listed_categories': ['mix', 'distance', false, 'high'],
        'listed_scores': ['mix', 'distance', false, 'high'],
        'coverage': ['lists', 'share', false, 'both'],
        'empty_list_share': ['lists', 'share', false, 'high'],
        'fallback_share': ['lists', 'share', false, 'high'],
        'list_overlap': ['lists', 'share', false, 'low'],
        'list_rank_overlap': ['lists', 'share', false, 'low'],
        'champion_metric': ['quality', 'metric', false, 'both'],
        'calibration_ratio': ['quality', 'ratio', false, 'both'],
    }) }}
{% endmacro %}

{# The same as rows. #}
{% macro drift_measure_rows() -%}
    {% for measure, (group, scale, is_total, side) in drift_measures().items() %}
    select
        '{{ measure }}' as measure,
        '{{ group }}' as measure_group,
        '{{ scale }}' as scale,
        {{ 'true' if is_total else 'false' }} as is_total,
        '{{ side }}' as side
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}
{%- endmacro %}

{#
  A value on the scale on which differences count alike: of counts the logarithm, of shares the angle of Cohen's h
  (halved), of ratios the logarithm.
#}
{% macro on_drift_scale(value, scale) -%}
    case
        when {{ value }} is null then null
        when {{ scale }} = 'count' then ln(1 + greatest({{ value }}, 0))
        when {{ scale }} = 'share' then asin(sqrt(greatest(0, least(1, {{ value }}))))
        when {{ scale }} = 'ratio' then ln(nullif(greatest({{ value }}, 0), 0))
        else {{ value }}
    end
{%- endmacro %}

{# The value that stands at a place of that scale. #}
{% macro off_drift_scale(place, scale) -%}
    case
        when {{ place }} is null then null
        when {{ scale }} = 'count' then greatest(exp({{ place }}) - 1, 0)
        when {{ scale }} = 'share' then pow(sin(greatest(0, least(pi() / 2, {{ place }}))), 2)
        when {{ scale }} = 'ratio' then exp({{ place }})
        when {{ scale }} in ('days', 'distance') then greatest({{ place }}, 0)
        else {{ place }}
    end
{%- endmacro %}
