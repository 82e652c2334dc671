"""The three roles, as groups: what each may do."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

MARKETER = "marketer"
OPERATOR = "operator"
ADMIN = "admin"

OPERATOR_RIGHTS = (
    "deliveries.view_addresses",
    "deliveries.launch_delivery",
    "providers.handle_callbacks",
)
ADMIN_RIGHTS = (
    "providers.manage_accounts",
    "providers.qualify_errors",
    "quarantine.manage_quarantine",
    "sending.manage_typologies",
)
# A marketer reads everything but addresses, which takes no right beyond being logged in.
RIGHTS: dict[str, tuple[str, ...]] = {
    MARKETER: (),
    OPERATOR: OPERATOR_RIGHTS,
    ADMIN: OPERATOR_RIGHTS + ADMIN_RIGHTS,
}


def ensure(**_: Any) -> None:
    """Make the groups and give each exactly its rights; run after every migrate."""
    for role, rights in RIGHTS.items():
        wanted = Q(pk__in=[])
        for right in rights:
            app, codename = right.split(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        group, _created = Group.objects.get_or_create(name=role)
        group.permissions.set(Permission.objects.filter(wanted))
