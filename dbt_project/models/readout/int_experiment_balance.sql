{# Customers that the prior of other shares weighs as much as. #}
{% set prior = 100 %}

-- Whether arms have as many customers as they should: a test that may be looked at after every customer (Lindon and
-- Malek 2022, Anytime-valid inference for multinomial count data). Its Bayes factor sets shares drawn from a Dirichlet
-- distribution around the intended ones against the intended ones.
with

arms as (select * from {{ ref('int_experiment_sums') }} where metric = 'buyers'),

factors as (
    select
        experiment,
        sum(customers) as customers,
        lgamma({{ prior }}.0) - lgamma({{ prior }} + sum(customers))
        + sum(
            lgamma({{ prior }} * share + customers) - lgamma({{ prior }} * share) - customers * ln(share)
            order by arm
        ) as log_bayes_factor
    from arms
    group by experiment
)

select
    experiment,
    round(least(exp(-log_bayes_factor), 1.0), 9) as p_value
from factors
where customers > 0
