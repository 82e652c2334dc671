"""What a page costs."""

from django.db import connection
from django.test.utils import CaptureQueriesContext


def cost(client, path):
    """Return how many queries it takes to show a page."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200
    return len(queries)
