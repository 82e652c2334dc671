"""Out: the end of deliveries."""
