{# What is counted of promotions: a name, the kind or '' for any, and the first and the last day since the cut-off. #}
{% macro promotion_windows() %}
    {{ return([
        ['promoted_days_one_week', '', '-7', '-1'],
        ['promoted_days_eight_weeks', '', '-56', '-1'],
        ['mailer_days_eight_weeks', 'mailer', '-56', '-1'],
        ['display_days_eight_weeks', 'display', '-56', '-1'],
        ['promoted_days_next_week', '', '0', '6'],
        ['promoted_days_next_window', '', '0', 'label_window_days - 1'],
        ['mailer_days_next_window', 'mailer', '0', 'label_window_days - 1'],
        ['display_days_next_window', 'display', '0', 'label_window_days - 1'],
    ]) }}
{% endmacro %}

{# Of how many days from `first` to `last` a promotion holds. #}
{% macro days_within(first, last) -%}
    greatest(least(last_day, {{ last }}) - greatest(first_day, {{ first }}) + 1, 0)
{%- endmacro %}
