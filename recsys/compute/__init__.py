"""How work is done on one machine: processes, threads, compiled loops and the log of a build."""
