"""How providers take messages: one file for each kind that can, found by its name."""
