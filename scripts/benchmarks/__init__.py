"""Measurements of the project's promises; never part of the tests."""
