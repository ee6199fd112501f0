"""The sweeps run as a program of their own: they fork processes that must not be pytest's."""

collect_ignore = ["attempts.py", "small_project.py", "sweeps.py"]
