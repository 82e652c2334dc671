"""What errors of e-mail mean: enhanced status codes, and words that several providers share."""

import re
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from messaging.failures import FailureClass, FailureType
from providers.codes import Code, Explanation

UNREACHABLE = FailureClass.UNREACHABLE

# Cause and next step of a class where the words for handsets would be wrong.
CAUSES = {
    FailureClass.USER_UNKNOWN: (
        _("The mailbox does not exist."),
        _("Correct the address where it came from. It is in quarantine and will be left out."),
    ),
    FailureClass.OPTED_OUT: (
        _(
            "The recipient complained or wants no more, or the address is on the provider's own "
            "list."
        ),
        _("Do not write again until the recipient asks for it. The address is denylisted."),
    ),
    FailureClass.DISABLED: (
        _("The mailbox was closed, suspended or moved."),
        _("Ask the recipient for a new address. The old one is in quarantine."),
    ),
    FailureClass.UNREACHABLE: (
        _("The recipient's mail server did not answer, or could not take the message just then."),
        _("Watch whether many messages to one domain fail; if so, ask the provider."),
    ),
    FailureClass.MEMORY_FULL: (
        _("The mailbox has no room for another message."),
        _("Nothing to do: the error is counted and forgiven after a while."),
    ),
    FailureClass.REFUSED: (
        _("The recipient's mail server refused the message by a rule of its own, often as spam."),
        _("Check the text, its links and the sender's reputation; the answer may name the rule."),
    ),
    FailureClass.SENDER_SIDE: (
        _(
            "The message was stopped for its content or its sender; the recipient has no part in "
            "it."
        ),
        _("Correct the sender, its authentication or the message, and send again."),
    ),
    FailureClass.EXPIRED: (
        _("The mail server did not take the message for as long as it was tried."),
        _("Nothing to do for one message. The error is counted against the address."),
    ),
}


class MailCode(Code):
    """One row of an e-mail provider's table, explained in words for mailboxes."""

    __slots__ = ()

    @property
    def explanation(self) -> Explanation:
        """Return the plain words, completed by those of the class."""
        words = CAUSES.get(self.failure)
        return Explanation(self.title, *words) if words else super().explanation


UNKNOWN = MailCode(FailureClass.USER_UNKNOWN, _("No such mailbox"))
MALFORMED = MailCode(FailureClass.USER_UNKNOWN, _("Not an address"))
DISABLED = MailCode(FailureClass.DISABLED, _("Mailbox disabled"))
FULL = MailCode(FailureClass.MEMORY_FULL, _("Mailbox full"))
DOMAIN = MailCode(FailureClass.INVALID_DOMAIN, _("Invalid domain"))
SUPPRESSED = MailCode(FailureClass.OPTED_OUT, _("On the provider's suppression list"))
COMPLAINED = MailCode(FailureClass.OPTED_OUT, _("Complained before"))
UNSUBSCRIBED = MailCode(FailureClass.OPTED_OUT, _("Unsubscribed before"))
SPAM = MailCode(FailureClass.REFUSED, _("Refused as spam"))
REFUSED = MailCode(FailureClass.REFUSED, _("Refused by the recipient's mail server"))
CONTENT = MailCode(FailureClass.SENDER_SIDE, _("Content refused"))
SENDER = MailCode(FailureClass.SENDER_SIDE, _("Sender refused"))
TOO_LARGE = MailCode(FailureClass.TECHNICAL, _("Message too large"))
NOT_TRIED = MailCode(FailureClass.TECHNICAL, _("Not sent by the provider"))
DELAYED = MailCode(UNREACHABLE, _("Temporary failure"))
NO_ANSWER = MailCode(UNREACHABLE, _("The mail server does not answer"))
EXPIRED = MailCode(FailureClass.EXPIRED, _("Given up after many attempts"))
UNCLEAR = MailCode(FailureClass.UNDEFINED, _("Not delivered, without a reason that tells more"))

# RFC 3463, by subject and detail; the class before them only says whether it is permanent.
# What is missing (1.0, 5.x and others) says nothing by itself: then the provider's word counts.
ENHANCED = {
    "1.1": UNKNOWN,
    "1.2": DOMAIN,
    "1.3": MALFORMED,
    "1.6": MailCode(FailureClass.DISABLED, _("Mailbox moved")),
    "1.7": SENDER,
    "1.8": SENDER,
    "1.10": DOMAIN,  # RFC 7505: the domain says that it takes no e-mail
    "2.1": DISABLED,
    "2.2": FULL,
    "2.3": TOO_LARGE,
    "3.0": NO_ANSWER,
    "3.1": NO_ANSWER,
    "3.2": NO_ANSWER,
    "3.4": TOO_LARGE,
    "4.1": NO_ANSWER,
    "4.2": NO_ANSWER,
    "4.3": DOMAIN,
    "4.4": DOMAIN,
    "4.6": NO_ANSWER,
    "4.7": EXPIRED,
    "6.0": CONTENT,
    "6.1": CONTENT,
    "7.0": REFUSED,
    "7.1": REFUSED,
    "7.2": REFUSED,
    "7.8": SENDER,
    "7.9": SENDER,
    # RFC 7372: authentication of the sender.
    "7.20": SENDER,
    "7.23": SENDER,
    "7.25": SENDER,
    "7.26": SENDER,
}
# https://www.iana.org/assignments/smtp-enhanced-status-codes
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([245]\d\d)(?![\d.])")
# RFC 5321: a reply without an enhanced code says little; these two are about the mailbox.
REPLIES = {"552": FULL, "553": MALFORMED}


# Where a code only says "refused", these words say that the mailbox is not meant.
_OF_POLICY = re.compile(
    r"\b(?:spam|(?:black|block)list(?:ed)?|blocked|reputation|policy)\b", re.IGNORECASE
)


class Answer(NamedTuple):
    """The code in a mail server's answer; row: what it means, None where it does not tell."""

    code: str
    is_temporary: bool
    row: MailCode | None


def answer(text: str) -> Answer:
    """Find the enhanced status code of an answer, or else its reply code."""
    by_words = REFUSED if _OF_POLICY.search(text) else None
    if found := _ENHANCED.search(text):
        return Answer(found[0], found[1] == "4", ENHANCED.get(found[2], by_words))
    if found := _REPLY.search(text):
        return Answer(found[1], found[1][0] == "4", REPLIES.get(found[1], by_words))
    return Answer("", is_temporary=False, row=None)


def softened(failure: FailureClass) -> FailureClass:
    """Return a failure as it stands where the provider calls it temporary: never hard."""
    return UNREACHABLE if failure.failure_type is FailureType.HARD else failure


def of_code(code: str) -> Code | None:
    """Return what a status code means by itself; None where it is none, or does not tell."""
    return answer(code).row if code[:1].isdigit() else None
