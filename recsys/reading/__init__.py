"""The built database, read-only, for the command line, the API and exports."""
