"""A test callback: posted to our own door as the provider would post it, and told apart there."""

from datetime import datetime

from django.conf import settings

from ingestion import accounts, trials
from ingestion.models import Trial
from ingestion.simulator.posting import Line
from providers import registry
from providers.base import BadSignature, Callback, Provider
from providers.models import ProviderAccount


def send(*, account: ProviderAccount, at: datetime) -> Trial:
    """Post a sample of what the provider posts to an account's address; return how far it came.

    What is left, reading it, is a worker's: `trials.note` writes it down.
    """
    provider = registry.get(account.kind)
    callback, proof = _written(account, provider, at=at)
    trial = trials.begin(account_id=account.pk, signed=proof is not None, at=at)
    path = callback.url.removeprefix(settings.PUBLIC_URL)
    headers = {**callback.headers, **(proof or {}), **trials.header(trial)}
    line = Line()
    answer = line.ask(callback.method, path, callback.body or None, headers)
    line.close()
    return trials.answered(trial, answer)


def _written(
    account: ProviderAccount, provider: Provider, *, at: datetime
) -> tuple[Callback, dict[str, str] | None]:
    """Return the request, and the headers that prove it; None where only its provider can."""
    credentials = accounts.credentials_of(account)
    sample = provider.example(credentials)
    callback = Callback(
        method="POST" if sample.body else "GET",
        url=accounts.callback_url(account) + (f"?{sample.query}" if sample.query else ""),
        headers={"Content-Type": sample.content_type} if sample.body else {},
        body=sample.body.encode(),
        received_at=at,
    )
    try:
        return callback, provider.sign(callback, credentials)
    except BadSignature:
        # Without a secret nothing can be signed: the door says so.
        return callback, {}
