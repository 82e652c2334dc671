"""National language tables of GSM 7-bit: what a text would take where a provider offers them."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from messaging.segments import BASIC, EXTENSION, cut

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A header tells the tables: one octet of its length, three for each table (3GPP TS 23.040,
# 9.2.3.24.15 and .16), five more in each of several parts (9.2.3.24.1).  What it leaves of 140
# octets is filled up to whole septets: ceil(4 * 8 / 7) = 5 are gone for one table, 8 for two; in
# parts ceil(9 * 8 / 7) = 11 and 14.
ONE_TABLE = (155, 149)
TWO_TABLES = (152, 146)

_INDIC_LOCKED = frozenset("\n\r !(),.:;?0123456789abcdefghijklmnopqrstuvwxyz")
_INDIC_SHIFTED = frozenset("\f\"#$%&'*+-/<=>@[\\]^_{|}~¡£¤¥¿€ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Table(NamedTuple):
    """A language's tables: what takes one septet instead of the default, and what an escape."""

    language: "StrOrPromise"
    locked: frozenset[str]
    shifted: frozenset[str]


class Fit(NamedTuple):
    """What a text takes with tables of a language; limit: septets of a message that stands alone.

    locking, single: which of its tables are used.
    """

    language: "StrOrPromise"
    locking: bool
    single: bool
    limit: int
    units: int
    segments: int
    remaining: int


def _spread(ranges: str) -> frozenset[str]:
    """Return the characters of ranges such as "0901-0903 0950"."""
    found: set[str] = set()
    for part in ranges.split():
        first, _dash, last = part.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(found)


def _indic(language: "StrOrPromise", locked: str, shifted: str) -> Table:
    return Table(language, _INDIC_LOCKED | _spread(locked), _INDIC_SHIFTED | _spread(shifted))


# 3GPP TS 23.038 V18.0.0, annex A: single shift tables A.2, locking shift tables A.3.
TABLES = (
    Table(
        _("Turkish"),
        (BASIC | frozenset("€ıĞğŞşİç")) - frozenset("èìØøÆæ¡¿"),
        EXTENSION | frozenset("ĞİŞçğış"),
    ),
    Table(_("Spanish"), frozenset(), EXTENSION | frozenset("çÁÍÓÚáíóú")),
    Table(
        _("Portuguese"),
        frozenset(
            "\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ\\^_`"
            "abcdefghijklmnopqrstuvwxyz|~£¥§ªºÀÁÂÃÇÉÊÍÓÔÕÚÜàáâãçéêíóôõúüΔ€∞"
        ),
        EXTENSION | frozenset("ÀÁÂÃÊÍÓÔÕÚáâãçêíóôõúΓΘΠΣΦΨΩ"),
    ),
    _indic(
        _("Bengali and Assamese"),
        "0981-0983 0985-098C 098F-0990 0993-09A8 09AA-09B0 09B2 09B6-09B9 09BC-09C4 09C7-09C8 "
        "09CB-09CE 09D7 09DC-09DD 09F0-09F1",
        "09DF-09E3 09E6-09EF 09F2-09FA",
    ),
    _indic(
        _("Gujarati"),
        "0A81-0A83 0A85-0A8D 0A8F-0A91 0A93-0AA8 0AAA-0AB0 0AB2-0AB3 0AB5-0AB9 0ABC-0AC5 "
        "0AC7-0AC9 0ACB-0ACD 0AD0 0AE0-0AE3 0AF1",
        "0964-0965 0AE6-0AEF",
    ),
    _indic(
        _("Hindi"),
        "0901-0903 0905-0939 093C-094D 0950 0972 097B-097C 097E-097F",
        "0951-0954 0958-0971",
    ),
    _indic(
        _("Kannada"),
        "0C82-0C83 0C85-0C8C 0C8E-0C90 0C92-0CA8 0CAA-0CB3 0CB5-0CB9 0CBC-0CC4 0CC6-0CC8 "
        "0CCA-0CCD 0CD5-0CD6 0CE0-0CE3",
        "0964-0965 0CDE 0CE6-0CEF 0CF1-0CF2",
    ),
    _indic(
        _("Malayalam"),
        "0D02-0D03 0D05-0D0C 0D0E-0D10 0D12-0D28 0D2A-0D39 0D3D-0D44 0D46-0D48 0D4A-0D4D 0D57 "
        "0D60-0D63 0D79",
        "0964-0965 0D66-0D75 0D7A-0D7F",
    ),
    _indic(
        _("Oriya"),
        "0B01-0B03 0B05-0B0C 0B0F-0B10 0B13-0B28 0B2A-0B30 0B32-0B33 0B35-0B39 0B3C-0B44 "
        "0B47-0B48 0B4B-0B4D 0B56-0B57 0B60-0B63",
        "0964-0965 0B5C-0B5D 0B5F 0B66-0B71",
    ),
    _indic(
        _("Punjabi"),
        "0A01-0A03 0A05-0A0A 0A0F-0A10 0A13-0A28 0A2A-0A30 0A32-0A33 0A35-0A36 0A38-0A39 0A3C "
        "0A3E-0A42 0A47-0A48 0A4B-0A4D 0A51 0A70-0A74",
        "0964-0965 0A59-0A5C 0A5E 0A66-0A6F 0A75",
    ),
    _indic(
        _("Tamil"),
        "0B82-0B83 0B85-0B8A 0B8E-0B90 0B92-0B95 0B99-0B9A 0B9C 0B9E-0B9F 0BA3-0BA4 0BA8-0BAA "
        "0BAE-0BB9 0BBE-0BC2 0BC6-0BC8 0BCA-0BCD 0BD0 0BD7 0BF0-0BF2 0BF9",
        "0964-0965 0BE6-0BEF 0BF3-0BF8 0BFA",
    ),
    _indic(
        _("Telugu"),
        "0C01-0C03 0C05-0C0C 0C0E-0C10 0C12-0C28 0C2A-0C33 0C35-0C39 0C3D-0C44 0C46-0C48 "
        "0C4A-0C4D 0C55-0C56 0C60-0C63",
        "0C58-0C59 0C66-0C6F 0C78-0C7F",
    ),
    _indic(
        _("Urdu"),
        "0621-0622 0627-0628 062A-0639 0641-0642 0644-0646 0648 064D 064F-0651 0653-0657 0670 "
        "0679-0681 0683-068A 068C-068D 068F 0691 0693 0696 0698-069A 06A6 06A9-06AB 06AF 06B1 "
        "06B3 06BA-06BC 06BE 06C1-06C2 06C4 06CC 06D0 06D2 06D5",
        "0600-0601 060C-0614 061B 061F 0640 0652 0658 066B-066C 0672-0673 06CD 06D4 06F0-06F9",
    ),
)


@lru_cache(maxsize=256)
def best(text: str) -> Fit | None:
    """Return the tables with which a text takes the fewest segments; None where none carries it.

    A text that the default alphabet carries needs none.
    """
    if set(text) <= BASIC | EXTENSION:
        return None
    fits = [fit for table in TABLES for fit in _with(table, text)]
    return min(fits, key=lambda fit: (fit.segments, -fit.remaining), default=None)


def _with(table: Table, text: str) -> Iterator[Fit]:
    """Yield what a text takes with the tables of a language, in each way that carries it."""
    ways = [(BASIC, table.shifted, ONE_TABLE)]
    if table.locked:
        ways += [
            (table.locked, EXTENSION, ONE_TABLE),
            (table.locked, table.shifted, TWO_TABLES),
        ]
    for basic, extension, limits in ways:
        if not set(text) <= basic | extension:
            continue
        widths = [1 if sign in basic else 2 for sign in text]
        units, segments, remaining = cut(widths, limits=limits)
        yield Fit(
            table.language,
            locking=basic is not BASIC,
            single=extension is not EXTENSION,
            limit=limits[0],
            units=units,
            segments=segments,
            remaining=remaining,
        )
