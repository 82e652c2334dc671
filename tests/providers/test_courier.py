"""The courier: what left, what may have left, and what was answered."""

import socket
import ssl
import time

import pytest

from providers.courier import MOST_BYTES, Courier, Fleet, Home, MaybeSent, NotSent, Patience
from providers.submissions import Request
from tests.providers import fake

SHORT = Patience(connect=0.5, total=0.3, idle=2.0)


@pytest.fixture
def provider():
    with fake.provider() as server:
        yield server


@pytest.fixture
def courier():
    made = Courier()
    yield made
    made.close()


def request(provider, path="/", body=b"{}", **headers):
    return Request(f"{provider.url}{path}", headers, body)


def carried(requests, *, until=None, patience=None, home=None):
    """What a fleet brings back."""
    fleet = Fleet([Courier(patience=patience, home=home) for _number in range(3)])
    deadline = time.monotonic() + 60 if until is None else until
    found = dict(filter(None, fleet.carry(dict(enumerate(requests)), until=deadline)))
    fleet.close()
    return [found[number] for number in sorted(found)]


def test_what_is_answered_is_brought_back_whatever_its_status(provider, courier):
    provider.reactions = [fake.says(418, b"no", X_Why="tea")]

    reply = courier.carry(request(provider, "/a?b=1", Authorization="Bearer x"))

    assert (reply.status, reply.body, reply.headers["X-Why"]) == (418, b"no", "tea")
    method, path, headers, body = provider.requests[0]
    assert (method, path, headers["Authorization"], body) == ("POST", "/a?b=1", "Bearer x", b"{}")


def test_a_request_without_a_body_is_sent_as_it_is(provider, courier):
    courier.carry(Request(f"{provider.url}?x=1", {}, b"", "GET"))

    assert provider.requests[0][:2] == ("GET", "/?x=1")


def test_a_connection_is_kept_and_replaced_when_the_other_side_hung_up(provider, courier):
    provider.reactions = [fake.accept, fake.hang_up_after, fake.accept]

    replies = []
    for _number in range(3):
        replies.append(courier.carry(request(provider)).status)
        if len(replies) == 2:
            # The hanging up has come to us before we write again.
            courier.connection.sock.recv(1, socket.MSG_PEEK)

    assert replies == [202] * 3
    assert len(provider.requests) == 3


def test_a_connection_that_was_idle_for_long_is_not_used_again(provider):
    courier = Courier(patience=Patience(idle=-1.0))
    courier.carry(request(provider))
    first = courier.connection

    courier.carry(request(provider))

    assert courier.connection is not first
    courier.close()


def test_another_host_is_another_connection(provider, courier):
    with fake.provider() as other:
        courier.carry(request(provider))
        courier.carry(request(other))

        assert (len(provider.requests), len(other.requests)) == (1, 1)


def test_redirects_are_answers_and_nothing_is_sent_there(provider, courier):
    provider.reactions = [fake.says(307, Location=f"{provider.url}/elsewhere")]

    assert courier.carry(request(provider)).status == 307
    assert len(provider.requests) == 1


def test_a_long_answer_is_cut_and_its_rest_is_no_next_answer(provider, courier):
    provider.reactions = [fake.says(200, b"x" * (MOST_BYTES + 10)), fake.says(200, b"next")]

    assert len(courier.carry(request(provider)).body) == MOST_BYTES
    assert courier.carry(request(provider)).body == b"next"


def test_nobody_there_means_that_nothing_left(courier):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"

        with pytest.raises(NotSent, match="No connection"):
            courier.carry(Request(url, {}, b"x"))


@pytest.mark.parametrize(
    "url", ["ftp://x/", "/ours", "https://", "http://[", "http://host:port/", "file:///etc/passwd"]
)
def test_an_address_that_is_none_means_that_nothing_left(url, courier):
    with pytest.raises(NotSent):
        courier.carry(Request(url, {}, b"x"))


def test_a_header_that_cannot_be_written_means_that_nothing_left(provider, courier):
    with pytest.raises(NotSent, match="cannot be written"):
        courier.carry(request(provider, Authorization="a\r\nb: c"))

    assert provider.requests == []


def test_what_came_too_late_does_not_leave(provider, courier):
    with pytest.raises(NotSent, match="too late"):
        courier.carry(request(provider), until=time.monotonic() - 1)

    assert provider.requests == []


def test_a_broken_connection_may_have_sent_it(provider, courier):
    provider.reactions = [fake.reset]

    with pytest.raises(MaybeSent, match="No answer"):
        courier.carry(request(provider))

    assert len(provider.requests) == 1


def test_an_own_server_is_called_by_its_address_and_its_name(provider):
    courier = Courier(home=Home(provider.url, "sms.example"))

    courier.carry(Request("/simulator/messages/", {}, b"{}"))

    assert provider.requests[0][1:3] == ("/simulator/messages/", provider.requests[0][2])
    assert provider.requests[0][2]["Host"] == "sms.example"
    courier.close()


def test_a_certificate_of_somebody_else_means_that_nothing_left(provider):
    courier = Courier(context=ssl.create_default_context())

    with pytest.raises(NotSent, match="No connection"):
        courier.carry(Request(provider.url.replace("http", "https"), {}, b"x"))


@pytest.mark.parametrize("reaction", [fake.hang, fake.trickle])
def test_what_takes_too_long_is_cut_and_may_have_left(provider, reaction):
    provider.reactions = [reaction]

    found = carried([request(provider)], patience=SHORT)

    assert (type(found[0]), str(found[0])) == (MaybeSent, "No answer in time.")


def test_a_fleet_carries_many_at_once_and_each_once(provider):
    requests = [request(provider, body=b'{"reference": "m-%d"}' % number) for number in range(20)]

    found = carried(requests)

    assert [reply.status for reply in found] == [202] * 20
    assert sorted(said["reference"] for said in provider.said()) == sorted(
        f"m-{number}" for number in range(20)
    )


def test_a_fault_of_our_own_may_have_sent_it(provider, monkeypatch):
    monkeypatch.setattr(Courier, "_open", lambda *_: 1 / 0)

    found = carried([request(provider)])

    assert str(found[0]) == "ZeroDivisionError on the way"


def test_who_has_nothing_under_way_is_not_cut(courier):
    courier.cut_if_late()

    assert not courier.is_cut
