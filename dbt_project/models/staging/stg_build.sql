select
    {{ run_id() }} as run_id,
    {{ build_started_at() }} as started_at
