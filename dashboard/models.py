"""What the pages keep of their own: recent wrong passwords."""

from django.db import models


class LoginFailure(models.Model):
    """One wrong password; the key is a keyed hash of who was tried and from where."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Counted by key since a time, dropped by time."""

        indexes = [
            models.Index(fields=["key", "at"], name="login_failures_by_key"),
            models.Index(fields=["at"], name="login_failures_by_time"),
        ]
