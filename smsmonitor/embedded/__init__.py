"""A real PostgreSQL and a real Valkey under SMSMONITOR_HOME, for when none is given."""
