"""Gateways: one file per provider, their accounts and what their codes mean."""
