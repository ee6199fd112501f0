"""Parameters chosen by search on past folds: see docs/tuning.md."""
