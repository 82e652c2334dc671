"""Adding a person, and changing what a person may do."""

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from dashboard.people import ROLES, role_label

ROLE_HELP = _(
    "Marketers read everything with addresses masked. Operators read addresses, launch "
    "deliveries and handle callbacks. Administrators also manage accounts, users and quarantine."
)


def _roles() -> list[tuple[str, str]]:
    return [(role, str(role_label(role))) for role in ROLES]


class NewUserForm(forms.Form):
    """Name, e-mail and role."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=_roles, help_text=ROLE_HELP)


class UserForm(forms.Form):
    """Role, and whether the account is open."""

    role = forms.ChoiceField(label=_("Role"), choices=_roles, help_text=ROLE_HELP)
    active = forms.BooleanField(
        label=_("May log in"),
        help_text=_("A deactivated user keeps the history, and can log in no more."),
        required=False,
    )
