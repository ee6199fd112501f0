-- Makes a published file one of the version before there was history: it lacks what came with it.
drop view marts.recommendations_history;
drop table marts.recommendation_outcomes;
drop table marts.outcome_metrics;
drop table marts.calibration_history;
drop table marts.list_changes;
drop table marts.champions_history;
drop table marts.model_metrics_history;
drop view intermediate.int_list_periods;
drop table intermediate.int_list_runs;
drop table intermediate.int_ended_recommendations;
drop table intermediate.int_popular_at_runs;
alter table marts.recommendations drop column since_run_id;
alter table marts.recommendations drop column promised_probability;
