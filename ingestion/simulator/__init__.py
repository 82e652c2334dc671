"""Simulated traffic: a provider that is not there, posting to our own door over real HTTP."""
