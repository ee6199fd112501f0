"""A first shop file for a shop's own files: which file is what, which column is what, and why."""
