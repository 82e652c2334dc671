"""One file per SMS provider; they do not know each other."""
