"""The names of roles, as people read them."""

from django import template
from django.utils.translation import gettext as _

from dashboard.people import role_label

register = template.Library()


@register.filter
def role_name(role: str | None, is_superuser: bool = False) -> str:  # noqa: FBT001, FBT002 (a filter)
    """Write a role; a superuser without one may do everything an administrator may."""
    if not role and is_superuser:
        return _("Administrator")
    return str(role_label(role or ""))
