"""What the body of a request is read from."""

from django.http import HttpRequest

from messaging.streams import Stream


def in_chunks(request: HttpRequest) -> bool:
    """Tell whether a body comes in chunks."""
    return "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()


def source(request: HttpRequest) -> Stream:
    """Return the stream of a body; without a length, the one that the server ends.

    Django takes a body without a length for none.
    """
    meta = request.META
    ends_itself = not meta.get("CONTENT_LENGTH") and meta.get("wsgi.input_terminated")
    stream: Stream = meta["wsgi.input"] if ends_itself or in_chunks(request) else request
    return stream
