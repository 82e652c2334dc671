"""Words of the templates: marks, numbers, times."""
