{#
  The table of trials, if there is none yet. No model makes it: trials are written one by one, by
  dbt and by `recsys tune`, and outlive every build.
#}
{% macro create_tuning_trials() -%}
    create schema if not exists tuning;
    create table if not exists tuning.trials (
        study_id varchar not null,
        trial_number integer not null,
        run_id varchar not null,
        recommender varchar not null,
        metric varchar not null,
        k integer,
        list_type varchar,
        folds varchar[] not null,
        known_until timestamp not null,
        sampler varchar not null,
        seed bigint not null,
        is_default boolean not null,
        parameters varchar not null,
        state varchar not null,
        value double,
        steps double[] not null,
        message varchar,
        seconds double not null,
        finished_at timestamp not null,
        package_version varchar not null,
        primary key (study_id, trial_number)
    )
{%- endmacro %}
