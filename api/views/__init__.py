"""One module for each noun of the API: what its calls do."""
