"""Boosted trees that scikit-learn has grown, as arrays that say the same many times as fast."""
