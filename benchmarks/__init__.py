"""Usher beside other servers on one database: `make bench`, or `python -m benchmarks` once that has been run."""
