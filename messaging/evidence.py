"""How well a delivery is known: what a receipt can prove depends on the country, too."""

from messaging.statuses import Evidence

# Countries in which a receipt that names the handset may still be the network's own: there it
# counts as the carrier's word.  Elsewhere a provider is taken at its word.
NETWORK_RECEIPTS = frozenset(
    {
        # "Most networks don't support handset delivery receipts" from long codes, nor from short
        # codes that are not registered: api.support.vonage.com 204014863.  The receipt comes from
        # the message hub, before the handset: support.goconvey.com 47674172744723.
        "US",
        # Written to from the numbers of the United States: AWS SNS, supported countries.
        "AS", "GU", "MP", "PR", "VI",
        # "Sometimes fake delivery receipts": api.support.vonage.com 204014863.
        "PH",
        # Local networks that give none at all, so that whoever forwards them makes them up:
        # help.mailup.com, notes about delivering SMS in certain countries.
        "BR", "CA", "EG", "MX",
    }
)  # fmt: skip


def proven(stated: int, *, country: str) -> int:
    """Return the grade that stands, of the one that a provider states about a country's number."""
    if stated == Evidence.HANDSET and country in NETWORK_RECEIPTS:
        return Evidence.CARRIER
    return stated
