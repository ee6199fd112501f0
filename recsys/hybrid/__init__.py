"""The hybrid: which of all recommenders' candidates will be bought, learned from past folds."""
