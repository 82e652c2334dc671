"""Let simulated messages report back over real HTTP."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deliveries import drafts
from deliveries.models import AuditEvent, Delivery
from ingestion.accounts import BadAccount
from ingestion.simulator import accounts
from ingestion.simulator.interrupts import interruptible
from ingestion.simulator.outgoing import Sending
from ingestion.simulator.posting import Refused
from ingestion.simulator.run import Outcome, run
from messaging.statuses import DeliveryStatus
from providers.simulation import FAILURES, OUTAGE_CODE, Outage, Profile
from providers.sms.simulator import Simulator

CONTENT = "This message was simulated: nothing left the house."
# What nothing final is heard of is given up after this.
VALIDITY = timedelta(hours=1)
# The journal's line of a delivery that this system hands over itself.
STARTED = "DEL-1020"


class Command(BaseCommand):
    """A provider that sends nothing and reports on everything."""

    help = (
        "Register simulated messages in a new delivery and post their callbacks over HTTP to the "
        "web server on PORT. With --delivery, go on with that one; without --messages too, go on "
        "with every delivery in progress on a simulator account. Repeat the other options then: "
        "what becomes of a message depends on them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size of the simulation, and how its world behaves."""
        parser.add_argument("--delivery", metavar="DM1001", help="code of a delivery to go on with")
        parser.add_argument("--messages", type=int, default=0, metavar="N", help="how many in all")
        parser.add_argument("--label", default="Simulation", help="label of the new delivery")
        parser.add_argument("--rate", type=_positive, default=100.0, help="messages per second")
        parser.add_argument("--speed", type=_positive, default=1.0, help="divides every delay")
        parser.add_argument(
            "--outage",
            type=_outage,
            metavar="PREFIX:SECONDS",
            help="numbers that begin so fail for so long, from the making of the delivery",
        )
        parser.add_argument(
            "--outage-code",
            default=OUTAGE_CODE,
            choices=sorted(FAILURES),
            help="what the outage says: 103 is soft (out of order), 101 hard (unknown number)",
        )
        parser.add_argument("--connections", type=int, default=8, help="connections to post on")
        parser.add_argument("--early", type=_share, default=0.1, help="share reported too early")
        parser.add_argument("--duplicates", type=_share, default=0.2, help="share posted twice")
        parser.add_argument(
            "--shuffle", action="store_true", help="of every message the end is posted first"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Simulate, print figures, and fail where something did not arrive."""
        try:
            deliveries = _deliveries(options, at=timezone.now())
            sendings = [_sending(delivery, options) for delivery in deliveries]
            if not sendings:
                self.stdout.write("No simulated delivery is in progress: --messages N makes one.")
                return
            self.stdout.write(f"Simulating {', '.join(each.code for each in deliveries)}.")
            simulation = partial(run, sendings=sendings, connections=options["connections"])
            outcome = interruptible(partial(simulation, tell=self.stdout.write))
        except (BadAccount, Refused) as error:
            raise CommandError(str(error)) from error
        self._conclude(outcome)

    def _conclude(self, outcome: Outcome) -> None:
        posted = outcome.posted
        self.stdout.write(
            f"{outcome.registered} messages registered, {posted.reports} reports posted in "
            f"{outcome.seconds:.1f} s: {posted.callbacks} callbacks accepted, "
            f"{posted.retried} tries repeated."
        )
        for code, proof in outcome.proofs.items():
            if not proof.holds:
                raise CommandError(
                    f"{code}: {proof.unapplied} callbacks wait for a worker, {proof.missing} "
                    f"reports are missing, {proof.drifts} figures differ from a recount."
                )
        self.stdout.write(
            self.style.SUCCESS("Every report has arrived, and the counters equal a recount.")
        )


def _deliveries(options: dict[str, Any], *, at: datetime) -> list[Delivery]:
    simulated = Delivery.objects.filter(account__kind=Simulator.slug).select_related("account")
    # Those that we send are reported on as they go.
    ours = AuditEvent.objects.filter(code=STARTED).values("delivery")
    simulated = simulated.exclude(pk__in=ours)
    if code := options["delivery"]:
        found = list(simulated.filter(code=code))
        if not found:
            raise CommandError(f"No delivery on a simulator account has the code {code}.")
        return found
    if not options["messages"]:
        return list(simulated.filter(status=DeliveryStatus.IN_PROGRESS).order_by("id"))
    made = drafts.create(
        by=None,
        at=at,
        label=options["label"],
        folder="Simulations",
        content=CONTENT,
        account=accounts.account(at=at),
        validity=VALIDITY,
    )
    return [made]


def _sending(delivery: Delivery, options: dict[str, Any]) -> Sending:
    outage = None
    if options["outage"]:
        prefix, span = options["outage"]
        outage = Outage(
            prefix=prefix,
            begins=delivery.created_at,
            ends=delivery.created_at + span,
            code=options["outage_code"],
        )
    profile = Profile(
        speed=options["speed"],
        early=options["early"],
        duplicated=options["duplicates"],
        outage=outage,
        **({"disordered": 1.0} if options["shuffle"] else {}),
    )
    return Sending(
        delivery=delivery, messages=options["messages"], rate=options["rate"], profile=profile
    )


def _positive(text: str) -> float:
    number = float(text)
    if number <= 0:
        raise ArgumentTypeError("give a number above 0")
    return number


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ArgumentTypeError("give a share from 0 to 1")
    return share


def _outage(text: str) -> tuple[str, timedelta]:
    prefix, _, seconds = text.partition(":")
    if not prefix.startswith("+") or not seconds.isdigit():
        raise ArgumentTypeError("write it like +44:60")
    return prefix, timedelta(seconds=int(seconds))
