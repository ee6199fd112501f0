"""In which categories a customer will buy next, as calibrated probabilities."""
