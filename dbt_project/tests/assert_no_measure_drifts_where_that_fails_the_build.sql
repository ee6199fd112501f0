{{ drift_alarms(fails_build='true') }}
