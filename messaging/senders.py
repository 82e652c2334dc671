"""Who wrote: a sender as a provider writes it becomes an address, or is said to be none."""

import re
from enum import StrEnum

import phonenumbers

from messaging.addresses import BadAddress, country_of, normalise_email, normalise_phone

# Short codes have 3 to 8 digits in any country; a number with its country code has more.
_SHORT_CODE = re.compile(r"\+?[0-9]{1,6}\Z")


class Fault(StrEnum):
    """Why a sender cannot be written to."""

    NO_NUMBER = "no_number"
    UNREADABLE = "unreadable"


def read(sender: str, *, written_to: str) -> tuple[str, Fault | None]:
    """Return a sender in E.164, or as it is written and why it is no number.

    written_to: the number that the message came to: its country tells how a number without a
    country code is meant.  Digits that are a valid number only within that country are taken so.
    """
    if any(sign.isalpha() for sign in sender) or _SHORT_CODE.match(sender.strip()):
        return sender, Fault.NO_NUMBER
    country = country_of(written_to)
    if national := _national(sender, country):
        return national, None
    try:
        return normalise_phone(sender), None
    except BadAddress:
        return sender, Fault.UNREADABLE


def mailbox(sender: str) -> tuple[str, Fault | None]:
    """Return an e-mail address in its one spelling, or as it is written and that it is none."""
    try:
        return normalise_email(sender), None
    except BadAddress:
        return sender, Fault.UNREADABLE


def _national(sender: str, country: str) -> str:
    """Return a number in E.164 that is one within the country and nowhere else, or nothing."""
    if not country or sender.startswith("00"):
        return ""
    # Providers and we ourselves put a plus sign before bare digits.
    bare = sender.strip().removeprefix("+")
    if _valid(f"+{bare}", None) or not (found := _valid(bare, country)):
        return ""
    return found


def _valid(text: str, country: str | None) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


# What a phone can show of a sender: a number, or up to 11 characters of seven bits in the ten
# octets of its address (3GPP TS 23.040, 9.1.2.5).
_NUMBER = re.compile(r"\+?[0-9]{3,15}\Z")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 .&+_'!-]{1,11}\Z")


def can_be_shown(sender: str) -> bool:
    """Tell whether phones can show an SMS as coming from this: a short name, or a number."""
    return bool(_NUMBER.match(sender) or _NAME.match(sender)) and sender == sender.strip()
