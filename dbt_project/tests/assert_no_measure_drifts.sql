{{ config(severity='warn') }}

{{ drift_alarms(fails_build='false') }}
