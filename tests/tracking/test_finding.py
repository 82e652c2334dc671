"""URLs in texts, as phones find them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.finding import find

FOUND = [
    ("Go to https://example.com/a?b=c, now.", ["https://example.com/a?b=c"]),
    ("Go to http://example.com/a/ now", ["http://example.com/a/"]),
    ("HTTPS://EXAMPLE.COM.", ["HTTPS://EXAMPLE.COM"]),
    ("example.com", ["example.com"]),
    ("Visit example.com. It is open", ["example.com"]),
    ("Visit example.com.It is open", ["example.com"]),
    ("www.example.museum?x=1#f!", ["www.example.museum?x=1#f"]),
    ("example.com:8080/a", ["example.com:8080/a"]),
    ("http://localhost:8000/a 10.0.0.1/x", ["http://localhost:8000/a", "10.0.0.1/x"]),
    ("example.com/x(y) (see example.com/p).", ["example.com/x(y)", "example.com/p"]),
    ('<https://x.it/a> "https://y.it/b" [z.it]', ["https://x.it/a", "https://y.it/b", "z.it"]),
    ("https://u:p@x.it/y", ["https://u:p@x.it/y"]),
    ("münchen.de/straße, пример.рф!", ["münchen.de/straße", "пример.рф"]),
    ("உதாரணம்.இந்தியா", ["உதாரணம்.இந்தியா"]),
    ("http://x.it...", ["http://x.it"]),
    ("Amazon.Com has it", ["Amazon.Com"]),
    ("a.example.com.unknowntld", ["a.example.com"]),
    ("https://x.it/{{code}}?n={{ first name }}.", ["https://x.it/{{code}}?n={{ first name }}"]),
    ("x.it/a{{b}}", ["x.it/a{{b}}"]),
    ("Hi {{first_name}}, x.it/{{a}}{{b}} bye", ["x.it/{{a}}{{b}}"]),
    ("x.it/a}", ["x.it/a"]),
    ("x.it x.it", ["x.it", "x.it"]),
]
NOT_FOUND = [
    "",
    "Nothing here.",
    "me@example.com, first.last@example.co.uk, jo.com.au@x.it",
    "mailto:info@example.com",
    "ftp://example.com/x",
    "See you today.It is nice. Ends today.Now",
    "e.g. i.e. a.m. No.1 v1.2.3",
    "example.com:99999 example.com:0 https://example.com:70000/",
    "https://{{shop}}.example.com/a",
    "{{shop}}example.com",
    "example.com{{path}}",
    "https://example.com{{path}}",
    "999.1.1.1/x",
    "unknown.unknowntld",
    "https://",
]


@pytest.mark.parametrize(("text", "urls"), FOUND)
def test_urls_are_found_without_what_ends_a_sentence(text, urls):
    assert [found.url for found in find(text)] == urls


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_no_phone_would_open_is_left_alone(text):
    assert find(text) == []


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["https://x.it/a", "x.it", "{{n}}", ".", " ", "(", ")", "@", "/", ":8"]
            ),
            st.text(max_size=5),
        ),
        max_size=12,
    ).map("".join)
)
def test_what_is_found_stands_in_the_text_in_order(text):
    end = 0
    for found in find(text):
        assert end <= found.start < found.end
        assert text[found.start : found.end] == found.url
        assert not any(sign.isspace() for sign in found.url.replace("{{ ", ""))
        assert found.url.count("{{") == found.url.count("}}")
        end = found.end


@pytest.mark.parametrize(
    "piece", ["a", "a.", "a@", "http://", "(", "{{", "x.it/", "1.", "x.it/)))"]
)
def test_a_long_text_is_looked_through_once(piece):
    text = (piece * 10_000)[:10_000]

    # Whoever looked back and forth would not end within the patience of a test.
    find(text)
