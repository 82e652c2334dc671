"""What an unknown error probably means: from the same code elsewhere, its words, or its class.

Only a suggestion, for a person to decide on.  Nothing is suggested to be hard unless its words say
so: whoever is wrong about that silences people who could be reached.
"""

import re
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from messaging.failures import FailureClass, FailureType, Reason


class Suggestion(NamedTuple):
    """A type and a reason, and what speaks for them: `same_code`, `words` or `table`.

    words: those of the text that decided.
    """

    failure_type: FailureType
    reason: Reason
    because: str
    words: str = ""


def _any_of(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-zà-ù])(?:{'|'.join(words)})", re.IGNORECASE)


# In this order: what is our own fault speaks of senders and numbers too, and must not be read as
# the recipient's.  English and Italian, as operators write them.
_WORDS = (
    (
        FailureClass.SENDER_SIDE,
        _any_of(
            r"insufficient (?:credit|funds|balance)", "out of credit", "credito", "throttl",
            r"rate.?limit", r"too (?:many|fast)", "quota", r"(?:invalid|unknown|wrong) send",
            r"sender.{0,20}(?:not|un|in|mitt)", "originator", r"source addr", "unregistered",
            "authenticat", "unauthori", "credential", "template", "mittente",
        ),
    ),
    (
        FailureClass.OPTED_OUT,
        _any_of(r"opted?.?out", "unsubscri", r"recipient.{0,20}stop", "disiscri"),
    ),
    (
        FailureClass.DISABLED,
        _any_of("deactivat", r"ported out", r"(?:line|number|subscription).{0,12}(?:ceased|closed)",
                "disattivat", r"numero.{0,12}cessat"),
    ),
    (
        FailureClass.USER_UNKNOWN,
        _any_of(
            r"(?:unknown|unallocated|unassigned|non-?existent) "
            r"(?:subscriber|user|number|recipient|destination|msisdn)",
            r"(?:subscriber|user|recipient|number) (?:is )?unknown",
            r"(?:number|subscriber|recipient|user|msisdn).{0,12}(?:not|n.t) exist",
            r"invalid (?:number|msisdn|destination|recipient|phone)", r"no such (?:user|number)",
            r"numero.{0,12}(?:inesistente|non valido)", "utente sconosciuto",
        ),
    ),
    (
        FailureClass.MEMORY_FULL,
        _any_of(r"(?:memory|mailbox|inbox|storage|sim).{0,20}(?:full|exceed)", "memoria piena"),
    ),
    (
        FailureClass.NOT_CONNECTED,
        _any_of(
            "absent", r"switched off", r"power(?:ed)? off", r"out of coverage", "detached",
            r"not reachable", "unreachable", r"no (?:paging )?response", "non raggiungibile",
            "spento",
        ),
    ),
    (
        FailureClass.REFUSED,
        _any_of(
            "spam", "filter", "block", "barred", "reject", "refus", "prohibit", "forbidden",
            "blacklist", "content", "bloccat", "rifiutat",
        ),
    ),
    (
        FailureClass.UNREACHABLE,
        _any_of(
            r"time.?out", r"timed out", "expire", r"no route", "network", "congest", "temporar",
            "roaming", r"(?:system|internal|server) (?:error|failure)", "unavailable", "scadut",
            "rete",
        ),
    ),
)  # fmt: skip
# Whatever else it says, it may be gone tomorrow.
_PASSING = _any_of("temporar", "try again", "retry", "riprovare", "temporane")


def suggest(
    *, text: str, elsewhere: Collection[tuple[int, int]], table: tuple[int, int]
) -> Suggestion:
    """Suggest a type and a reason for an error.

    text: what the provider writes; elsewhere: type and reason of qualified errors of the same code;
    table: those of the provider's own table.
    """
    said = _by_words(text)
    found = _by_others(elsewhere)
    if found and (found.failure_type is not FailureType.HARD or _is_hard(said)):
        return found
    if said:
        return said
    failure_type, reason = FailureType(table[0]), Reason(table[1])
    if failure_type in (FailureType.HARD, FailureType.UNDEFINED):
        failure_type = FailureType.SOFT
    return Suggestion(failure_type, reason, "table")


def _by_others(elsewhere: Collection[tuple[int, int]]) -> Suggestion | None:
    """Return what most others say; of equally many the one with the lowest numbers."""
    if not elsewhere:
        return None
    counted = Counter(elsewhere)
    failure_type, reason = max(sorted(counted), key=counted.__getitem__)
    return Suggestion(FailureType(failure_type), Reason(reason), "same_code")


def _by_words(text: str) -> Suggestion | None:
    passing = _PASSING.search(text) is not None
    for failure, words in _WORDS:
        match = words.search(text)
        if match and not (passing and failure.failure_type is FailureType.HARD):
            return Suggestion(failure.failure_type, failure.reason, "words", match[0])
    return None


def _is_hard(said: Suggestion | None) -> bool:
    return said is not None and said.failure_type is FailureType.HARD
