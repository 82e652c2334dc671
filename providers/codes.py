"""What a provider's code means: a class of failure, and plain words for people."""

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Explanation(NamedTuple):
    """A code in plain words: what happened, why, and what to do next."""

    title: "StrOrPromise"
    cause: "StrOrPromise"
    next_step: "StrOrPromise"


# Cause and next step by class; a code says only what is its own.
CAUSES = {
    FailureClass.USER_UNKNOWN: (
        _("The number does not exist, or cannot receive SMS."),
        _("Correct the number where it came from. It is in quarantine and will be left out."),
    ),
    FailureClass.OPTED_OUT: (
        _("The recipient asked to receive nothing more, or is on a list of people who did."),
        _("Do not write again until the recipient asks for it. The address is denylisted."),
    ),
    FailureClass.DISABLED: (
        _("The line was closed, suspended or given to another operator."),
        _("Ask the recipient for a new number. The old one is in quarantine."),
    ),
    FailureClass.LANDLINE: (
        _("The number is a landline, or its carrier takes no SMS."),
        _("Ask the recipient for a mobile number. This one is in quarantine."),
    ),
    FailureClass.NOT_CONNECTED: (
        _("The phone was switched off or out of coverage for too long."),
        _("Nothing to do: it says nothing against the number. The next delivery may arrive."),
    ),
    FailureClass.UNREACHABLE: (
        _("Something on the way to the phone did not answer: a route, a network, a switch."),
        _("Watch whether many messages of one network fail; if so, ask the provider."),
    ),
    FailureClass.MEMORY_FULL: (
        _("The phone has no room for another message."),
        _("Nothing to do: the error is counted and forgiven after a while."),
    ),
    FailureClass.REFUSED: (
        _("The carrier or the provider filtered the message, as spam or by a rule of theirs."),
        _("Check the text, its links and the sender; ask the provider which rule was hit."),
    ),
    FailureClass.SENDER_SIDE: (
        _("The message was stopped on our side: sender, credit, limits, registration or format."),
        _("Correct the account or the message and send again. The recipient is not concerned."),
    ),
    FailureClass.EXPIRED: (
        _("The time during which the message could be delivered ended."),
        _("Nothing to do, or allow more time. The error is counted against the number."),
    ),
    FailureClass.UNDEFINED: (
        _("The provider gives no reason that tells more."),
        _("Nothing to do for one message; if there are many, ask the provider."),
    ),
    FailureClass.BARRED: (
        _("The line or the handset does not allow this message: barred, blocked or restricted."),
        _("Nothing to do for one message; a recipient who misses them can ask the carrier."),
    ),
    FailureClass.INVALID_DOMAIN: (
        _("The domain after the @ does not exist, or takes no e-mail."),
        _("Check the spelling of the domain. The error is counted against the address."),
    ),
    FailureClass.TECHNICAL: (
        _("Nothing was tried, for a reason that has nothing to do with the address."),
        _("Read what the provider says, correct it and send again."),
    ),
}


class Code(NamedTuple):
    """One row of a provider's table.

    cause and next_step: only where they differ from those of the class.
    """

    failure: FailureClass
    title: "StrOrPromise"
    cause: "StrOrPromise" = ""
    next_step: "StrOrPromise" = ""

    @property
    def explanation(self) -> Explanation:
        """Return the plain words, completed by those of the class."""
        cause, next_step = CAUSES[self.failure]
        return Explanation(self.title, self.cause or cause, self.next_step or next_step)


# Whatever is in no table: never hard, so that a code we do not know cannot quarantine anybody.
UNLISTED = Code(
    FailureClass.UNDEFINED,
    _("A code that is not in our table"),
    _("The provider has added the code, or gives it only on some routes."),
    _("Look it up in the provider's documentation and qualify the error: others then profit."),
)
