"""E-mail providers: one file each; what they share stands in providers/mail.py."""
