"""The record: what was to be sent, what became of it, the journal."""
