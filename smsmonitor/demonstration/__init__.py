"""The demonstration of the first run: deliveries of the past, one under way, one still to come."""
