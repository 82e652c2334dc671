"""Why a message failed: types, reasons, and the classes in which providers' codes are sorted.

The values of the reasons are those that the reference dashboard stores.
"""

from enum import Enum

from django.utils.translation import gettext_lazy as _

from messaging.naming import NamedChoices


class FailureType(NamedChoices):
    """What a failure does to the address."""

    UNDEFINED = 0, _("Not defined")
    HARD = 1, _("Hard")
    SOFT = 2, _("Soft")
    IGNORED = 3, _("Ignored")


class Reason(NamedChoices):
    """Why a message could not reach its recipient, or was never sent."""

    UNDEFINED = 0, _("Not defined")
    USER_UNKNOWN = 1, _("User unknown")
    INVALID_DOMAIN = 2, _("Invalid domain")
    UNREACHABLE = 3, _("Unreachable")
    ACCOUNT_DISABLED = 4, _("Account disabled")
    MAILBOX_FULL = 5, _("Mailbox full")
    NOT_CONNECTED = 6, _("Not connected")
    NO_ADDRESS = 7, _("Address not specified")
    DENYLISTED = 8, _("Denylisted address")
    QUARANTINED = 9, _("Address in quarantine")
    DUPLICATE = 10, _("Double")
    EXCLUDED_BY_RULE = 11, _("Excluded by a rule")
    ARBITRATION = 12, _("Excluded after arbitration")
    BAD_QUALITY = 14, _("Bad-quality address")
    UNQUALIFIED = 15, _("Unqualified address")
    NOT_ELIGIBLE = 16, _("Not eligible")
    SIZE_LIMIT = 17, _("Target limited in size")
    REFUSED = 20, _("Refused")
    ERROR_IGNORED = 25, _("Error ignored")
    CONTROL = 127, _("Control address")


class FailureClass(Enum):
    """How providers' error codes are sorted: each class is a failure type and a reason.

    Only USER_UNKNOWN, OPTED_OUT, DISABLED and LANDLINE are hard, so that nothing else can
    quarantine an address at once.
    """

    USER_UNKNOWN = (FailureType.HARD, Reason.USER_UNKNOWN)
    OPTED_OUT = (FailureType.HARD, Reason.DENYLISTED)
    DISABLED = (FailureType.HARD, Reason.ACCOUNT_DISABLED)
    # A landline cannot receive SMS, so for this channel the user does not exist.
    LANDLINE = (FailureType.HARD, Reason.USER_UNKNOWN, "landline")
    NOT_CONNECTED = (FailureType.IGNORED, Reason.NOT_CONNECTED)
    UNREACHABLE = (FailureType.SOFT, Reason.UNREACHABLE)
    MEMORY_FULL = (FailureType.SOFT, Reason.MAILBOX_FULL)
    REFUSED = (FailureType.SOFT, Reason.REFUSED)
    # Our side: sender id, credit, quota, malformed request; says nothing about the address.
    SENDER_SIDE = (FailureType.IGNORED, Reason.REFUSED)
    EXPIRED = (FailureType.SOFT, Reason.UNREACHABLE, "validity ended")
    UNDEFINED = (FailureType.SOFT, Reason.UNDEFINED)
    BARRED = (FailureType.SOFT, Reason.REFUSED, "barred")
    # E-mail only: the domain, not the mailbox, is at fault, and may be put right.
    INVALID_DOMAIN = (FailureType.SOFT, Reason.INVALID_DOMAIN)
    # E-mail only: nothing was tried, for a reason that has nothing to do with the address.
    TECHNICAL = (FailureType.IGNORED, Reason.ERROR_IGNORED)

    @property
    def failure_type(self) -> FailureType:
        """Return what the failure does to the address."""
        failure_type: FailureType = self.value[0]
        return failure_type

    @property
    def reason(self) -> Reason:
        """Return why the message failed."""
        reason: Reason = self.value[1]
        return reason
