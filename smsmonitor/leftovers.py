"""Reads on what a refused request still sends, so that its sender gets to hear the answer.

A server closes a connection of which it has not read everything; whoever still writes to it then
sees a broken pipe in the place of the 413, 401 or 409 that says what to do.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ingestion import bodies

# Whoever sends more than this after a refusal is not worth the time.
MOST_BYTES = 33_554_432
PIECE = 65_536
REFUSED = 400

Answer = Callable[[HttpRequest], HttpResponse]


def middleware(get_response: Answer) -> Answer:
    """Return a handler that reads the rest of every request it has refused."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # Whoever expects a 100 waits for our word before sending anything.
        if response.status_code >= REFUSED and "HTTP_EXPECT" not in request.META:
            _read_on(request)
        return response

    return answer


def _read_on(request: HttpRequest) -> None:
    stream = bodies.source(request)
    left = MOST_BYTES
    try:
        while left > 0 and (piece := stream.read(min(left, PIECE))):
            left -= len(piece)
    except OSError:
        return
