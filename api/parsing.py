"""Reading bodies: JSON of a bounded size at once, a registration piece by piece."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import IO, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from ingestion import bodies
from ingestion.lines import BadBody
from messaging.streams import Stream

MOST_BYTES = 1_048_576
# Types that do not tell what is in a body; none at all is another.
_UNTOLD = ("text/plain", "application/octet-stream", "")
TABLES = (
    "text/csv",
    "application/csv",
    "text/tab-separated-values",
    "application/vnd.ms-excel",
    *_UNTOLD,
)
# Nobody has registered a type of JSON lines: these are in use.
JSON_LINES = (
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonl",
    "application/jsonlines",
    "application/x-jsonlines",
    "application/json-lines",
    "application/x-json-lines",
    "text/x-ndjson",
)
REGISTRATIONS = (*JSON_LINES, "application/json", *_UNTOLD)


class TooLarge(APIException):
    """The body is larger than any of these calls needs."""

    status_code = 413
    default_detail = format_lazy(gettext_lazy("A body may have {number} bytes."), number=MOST_BYTES)


class Json(JSONParser):
    """JSON that is neither endless nor endlessly deep."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value; raise ParseError or TooLarge."""
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            value = super().parse(BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        if not isinstance(value, dict):
            raise ParseError(_("Give a JSON object."))
        return value


def kind(request: Request) -> str:
    """Return the type of a body, in lower case and without parameters; empty where none is said."""
    return (request.content_type or "").partition(";")[0].strip().lower()


def stream(request: Request, *, kinds: Sequence[str], of_lines: bool = False) -> Stream:
    """Return the body of a request as a file that is read while it comes.

    of_lines: whether it is a table, whose end looks like any other place.  Raises
    UnsupportedMediaType for a body that is of none of these kinds, such as a form, which Django may
    have read already, and BadBody where there is no body.
    """
    if kind(request) not in kinds:
        known = ", ".join(filter(None, kinds))
        raise UnsupportedMediaType(
            kind(request),
            _("Send the lines as they are, with one of these types: %(known)s.") % {"known": known},
        )
    coding = request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if coding not in ("", "identity"):
        raise UnsupportedMediaType(coding, _("Send the lines as they are, not compressed."))
    if bodies.in_chunks(request):
        return bodies.source(request) if of_lines else _Chunked(bodies.source(request))
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length <= 0:
        raise BadBody(_("The body is empty: send one message, recipient or address a line."))
    return _Whole(request, length)


def gather(request: Request) -> None:
    """Give a body that comes in chunks its length: Django takes one without for no body."""
    if not bodies.in_chunks(request):
        return
    body = bodies.source(request).read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._request._stream = BytesIO(body)  # noqa: SLF001


class _Chunked:
    """A body without a length, of which Django reads nothing, but the server knows the chunks.

    The server ends it alike where its sender is done and where its sender is gone: what does not
    end as JSON does is taken for a body that was cut off.  Where lines are cut off between two of
    them nobody can tell: a list or a stated length is proof of that too.
    """

    def __init__(self, raw: Stream) -> None:
        self.raw = raw
        self.end = b""

    def read(self, size: int = -1, /) -> bytes:
        piece = self.raw.read(size)
        if piece:
            self.end = piece.rstrip()[-1:] or self.end
        elif size and self.end not in (b"", b"}", b"]"):
            raise _cut_off()
        return piece


def _cut_off() -> BadBody:
    return BadBody(_("The body ended early: nothing was registered. Send it again."))


class _Whole:
    """A body of a stated length, refused where it ends before that: half of it is no body."""

    def __init__(self, request: Request, length: int) -> None:
        self.request = request
        self.missing = length

    def read(self, size: int = -1, /) -> bytes:
        piece = self.request.read(size)
        self.missing -= len(piece)
        if not piece and self.missing > 0 and size:
            raise _cut_off()
        return piece
