"""Links in texts, and who clicked."""
