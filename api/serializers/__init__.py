"""One module for each noun of the API: how it looks in JSON."""
