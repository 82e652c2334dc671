"""The words all packages share: statuses, failures, channels, addresses, segments. No tables."""
