"""How fast the system is, against references measured in the same run (docs/bench.md)."""
