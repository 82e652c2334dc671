"""Where links lead."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking import destinations, urls
from tracking.destinations import BadUrl


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("https://example.com/a?b=c&d#e", "https://example.com/a?b=c&d#e"),
        ("example.com", "http://example.com"),
        ("example.com?to=https://y.it/", "http://example.com?to=https://y.it/"),
        ("HTTPS://Example.COM/Path", "https://example.com/Path"),
        ("münchen.de/straße?ß=ü#ö", "http://xn--mnchen-3ya.de/stra%C3%9Fe?%C3%9F=%C3%BC#%C3%B6"),
        ("https://ü:p@münchen.de:8080/", "https://%C3%BC:p@xn--mnchen-3ya.de:8080/"),
        ("https://x.it/50%25off/100%", "https://x.it/50%25off/100%"),
    ],
)
def test_a_url_becomes_one_that_every_browser_opens(url, destination):
    assert destinations.of(url) == destination


@pytest.mark.parametrize(
    "url",
    [
        "javascript://x.it/%0aalert(1)",
        "ftp://x.it",
        "https://",
        "https:///a",
        "https://x.it:99999/",
        "https://x.it/" + "a" * 4_000,
        "https://" + "a" * 70 + "ü.it",
        "https://{{host}}/",
        "{{host}}.it/",
        "https://[::1/",
    ],
)
def test_what_no_browser_opens_is_refused(url):
    with pytest.raises(BadUrl):
        destinations.of(url)


def test_fields_are_filled_and_stay_where_they_are_put():
    url = "https://x.it/{{ code }}?name={{first_name}}&none={{missing}}#{{code}}"

    found = destinations.of(url, {"code": "../a/b?c", "first_name": "Zoë & 1"})

    assert found == "https://x.it/..%2Fa%2Fb%3Fc?name=Zo%C3%AB%20%26%201&none=#..%2Fa%2Fb%3Fc"
    assert destinations.filled("x.it/{{a}}", {"a": "ü b"}) == "x.it/%C3%BC%20b"


EVIL = [
    "//evil.example",
    "@evil.example",
    ".evil.example",
    ":80@evil.example",
    "/..//evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "\r\nLocation: https://evil.example/",
    "\u2028",
    "%0d%0a",
    "#?",
]
VALUES = st.sampled_from(EVIL) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
# Together they make contents whose fields stand where they must not, among others.
PIECES = [
    *("https://", "HTTP://", "javascript:", "//", "/", "@", ":", "?", "#", ".", " ", "\\"),
    *("x.it", "y.com", "80", "ü", "{{a}}", "{{a|//evil.example}}"),
]


@given(VALUES)
def test_no_field_breaks_out_of_its_place(value):
    found = destinations.of("https://x.it/{{a}}?b={{a}}#c{{a}}", {"a": value})

    assert found.startswith("https://x.it/")
    assert destinations.is_one(found)
    assert (found.count("?"), found.count("#")) == (1, 1)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), VALUES)
def test_no_field_leads_to_another_host_wherever_it_stands(content, value):
    for found in urls.linkable(content):
        led = destinations.of(found.url, {"a": value})

        assert destinations.is_one(led)
        assert urlsplit(led)[:2] == urlsplit(destinations.of(found.url))[:2]
        assert "evil" not in urlsplit(led).netloc


@pytest.mark.parametrize(
    "content",
    ["https://{{a}}/", "https://{{a}}.x.it/", "https://x.it{{a}}/", "x.it{{a}}", "{{a}}.it/b",
     "https://u{{a}}@x.it/", "https://{{a}}@x.it/", "{{a}}://x.it/", "//{{a}}/b"],
)  # fmt: skip
def test_a_field_in_the_place_of_the_host_makes_no_link(content):
    assert urls.linkable(content) == []
