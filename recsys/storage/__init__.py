"""DuckDB databases and the files and folders around them: opening, naming, owning, clearing up."""
