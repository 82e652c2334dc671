"""Addresses that are left alone, and why."""
