"""A real browser on the pages as they are served, watched for anything it complains about."""

import os
import shutil
import warnings

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from deliveries import roles

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
# Longer than the slowest of our refreshes, with room for a busy machine.
PATIENCE = 45_000


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing = "No Chromium: THE BROWSER TESTS DID NOT RUN. `make test-deps` installs one."
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        warnings.warn(missing, stacklevel=1)
        pytest.skip(missing)
    # Playwright keeps an event loop in this thread, where Django then refuses its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def window(chromium, live_server):
    """Return a function that opens a window, of anybody or of somebody with a role."""
    contexts, complaints = [], []

    def opened(*, role=None, size=WIDE, scheme="light", language="en-GB"):
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=size,
            color_scheme=scheme,
            reduced_motion="reduce",
            locale=language,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if role is not None:
            context.add_cookies([_session(role, live_server.url)])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: _note(said, complaints))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def operator_page(window):
    return window(role=roles.OPERATOR)


def _session(role, url):
    user, _created = User.objects.get_or_create(username=role)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    name, morsel = next(iter(client.cookies.items()))
    return {"name": name, "value": morsel.value, "url": url}


def _note(said, complaints):
    # Answers that are errors, or none, are reported too; the tests look at those themselves.
    expected = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")
    if said.type in {"error", "warning"} and not said.text.startswith(expected):
        complaints.append(said.text)
