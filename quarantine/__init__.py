"""Addresses that are left alone, and why."""

from quarantine.exclusions import Blocked, blocked

__all__ = ["Blocked", "blocked"]
