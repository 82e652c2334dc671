"""Phone numbers and e-mail addresses: one spelling for each, and how they are hidden."""

import hashlib
import re
import unicodedata

from django.utils.translation import gettext as _

from messaging.channels import Channel
from messaging.countries import calling_code, country_of

__all__ = [
    "BadAddress",
    "channel_of",
    "country_of",
    "fingerprint",
    "mask",
    "normalise",
    "normalise_email",
    "normalise_phone",
    "plain",
    "prefix",
    "redact",
    "redact_all",
]

E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")
# What people put between digits; no-break and thin spaces come from copied tables.
_BETWEEN_DIGITS = re.compile(
    r"[\s.\-()/\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\ufeff]+"
)
_TRUNK_ZERO = re.compile(r"\(0\)")
_ITALIAN = re.compile(r"(?:\+|00)39")

LONGEST_EMAIL = 254
LONGEST_LOCAL_PART = 64
_LOCAL_PART = re.compile(r"[^\s@<>(),;:\\\"\[\]\x00-\x20\x7f]+\Z")
# Without a dot, too: mail systems report on what they were asked to send, as "name@localhost".
_DOMAIN = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])\Z"
)

HIDDEN = "•••"
SHORTEST_NUMBER = 7
# With its plus, as many characters of a number as commonly name country and carrier.
PREFIX_LENGTH = 6
SHORTEST_USUAL_NUMBER = 10
# Seven digits or more, however separated, with or without a plus; or a mailbox.
_SEPARATOR = r"(?:[\s.\-()/+\u00ad\u200b-\u200f\u2010-\u2015]|%20|%2[bB]|&nbsp;)"
_PHONE_LIKE = re.compile(rf"\+?\d(?:{_SEPARATOR}{{0,3}}\d){{6,}}")
_EMAIL_LIKE = re.compile(r"[^\s@<>()\[\]\"',;:|=]{1,64}(?:@|%40)[^\s@<>()\[\]\"',;:|/=]{1,253}")


class BadAddress(ValueError):
    """Not an address of its channel; the text names the cure, never the address."""


def channel_of(address: str) -> str:
    """Return the channel whose address this is."""
    return str(Channel.EMAIL if "@" in address else Channel.SMS)


def normalise(channel: str, text: str) -> str:
    """Return the one spelling of an address of a channel; raise BadAddress."""
    return normalise_email(text) if channel == Channel.EMAIL else normalise_phone(text)


def normalise_phone(text: str) -> str:
    """Return a number in E.164; raise BadAddress with a sentence that names the cure.

    Beyond the shape nothing is checked: the message may have been sent, and delivered, already.
    """
    if E164.match(text):
        return text
    number = plain(text)
    if not number:
        raise BadAddress(_("The number is empty: give it with its country code, like +39…"))
    if number.startswith("00"):
        number = f"+{number[2:]}"
    digits = number.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise BadAddress(_("The number holds something else than digits: remove it."))
    if digits.startswith("0"):
        raise BadAddress(_("The number begins with 0: write the country code before it, like +39…"))
    if not E164.match(f"+{digits}"):
        raise BadAddress(_("A number has 7 to 15 digits with its country code: check its length."))
    return f"+{digits}"


def plain(text: str) -> str:
    """Return a number without what stands between its digits, whatever their script."""
    if not text.isascii():
        text = "".join(
            str(digit) if (digit := unicodedata.decimal(sign, None)) is not None else sign
            for sign in text.replace("\uff0b", "+")
        )
    text = text.strip()
    # "+44 (0)20…" shows a zero that is dialled within the country only; Italy dials it always.
    if text.startswith(("+", "00")) and not _ITALIAN.match(text):
        text = _TRUNK_ZERO.sub("", text)
    return _BETWEEN_DIGITS.sub("", text)


def normalise_email(text: str) -> str:
    """Return an e-mail address in lower case, its domain in ASCII; raise BadAddress.

    Quarantine does not tell upper from lower case, and neither do mailboxes in practice.
    """
    local, at, domain = text.strip().rpartition("@")
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).casefold())
    if not at or not _LOCAL_PART.match(local):
        raise BadAddress(_("Write the e-mail address as name@example.org."))
    try:
        domain = domain.lower().encode("idna").decode().lower()
    except UnicodeError as error:
        raise BadAddress(_("The domain after the @ is not a valid one: check it.")) from error
    if not _DOMAIN.match(domain):
        raise BadAddress(_("The domain after the @ is not a valid one: check it."))
    if len(local) > LONGEST_LOCAL_PART or len(local) + len(domain) >= LONGEST_EMAIL:
        raise BadAddress(_("The e-mail address is too long: check it."))
    return f"{local}@{domain}"


def mask(address: str) -> str:
    """Return an address of which a person sees enough to compare, not enough to write to it.

    Of a number: the country code and the last three digits (two of a short one).  Of an e-mail
    address: the first letter and the domain.
    """
    if "@" in address:
        local, _at, domain = address.rpartition("@")
        return f"{local[:1] if len(local) > 1 else ''}{HIDDEN}@{domain}"
    digits = "".join(filter(str.isdecimal, address))
    if len(digits) < SHORTEST_NUMBER:
        return HIDDEN
    shown = digits[-3:] if len(digits) >= SHORTEST_USUAL_NUMBER else digits[-2:]
    code = calling_code(address) if address.startswith("+") else ""
    return f"+{code} {HIDDEN} {HIDDEN} {shown}" if code else f"{HIDDEN} {HIDDEN} {shown}"


def prefix(address: str) -> str:
    """Return the beginning of a number that tells its carrier, as "+39347"; empty for others."""
    return address[:PREFIX_LENGTH] if address.startswith("+") else ""


def redact(text: str, address: str) -> str:
    """Return a text with one address replaced by its mask, however its digits are spaced."""
    if not address or not text:
        return text
    if "@" in address:
        return re.sub(re.escape(address), mask(address), text, flags=re.IGNORECASE)
    digits = [sign for sign in address if sign.isdecimal()]
    if not digits:
        return text.replace(address, HIDDEN)
    # Most texts hold no number at all, and a pattern is dear to make for each row of an export.
    if sum(map(str.isdecimal, text)) < len(digits):
        return text
    spaced = rf"{_SEPARATOR}{{0,3}}".join(digits)
    return re.sub(rf"\+?{spaced}", mask(address), text)


def redact_all(text: str) -> str:
    """Return a text in which nothing that looks like a number or an e-mail address is left.

    Dates and ids may go with them: a text is better poor than telling.
    """
    if "@" in text or "%40" in text:
        text = _EMAIL_LIKE.sub(lambda found: mask(found[0].replace("%40", "@")), text)
    return _PHONE_LIKE.sub(lambda found: mask(found[0]), text)


def fingerprint(address: str, key: bytes) -> bytes:
    """Return 16 bytes that tell an address from others to whoever has the key, to nobody else."""
    if len(key) > hashlib.blake2b.MAX_KEY_SIZE:
        key = hashlib.blake2b(key).digest()
    return hashlib.blake2b(address.encode("utf-8", "replace"), digest_size=16, key=key).digest()
