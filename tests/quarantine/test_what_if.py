"""What is reckoned within the database is what the folds make, whatever happened to addresses."""

from datetime import timedelta

import pytest

from messaging.failures import FailureType, Reason
from quarantine import facts, ledger, rulebook, what_if, words
from quarantine.exclusions import LEFT_ALONE
from quarantine.facts import Says
from quarantine.models import Address
from quarantine.rulebook import Wanted
from quarantine.what_if import Messages
from tests.quarantine import histories
from tests.quarantine.histories import ALL
from tests.quarantine.taking import NOW
from tests.quarantine.test_bulk import hear
from tests.quarantine.test_swift import hold_some

pytestmark = pytest.mark.django_db
HARD, SOFT = FailureType.HARD, FailureType.SOFT
NO_MESSAGES = Messages(lambda _subjects, _since: None, lambda _since: None)
DAY = 24 * 60


OTHERS = [
    Wanted(None, SOFT, None, "count", 2, 10),
    Wanted(None, SOFT, None, "count", 3, 2),
    Wanted("sms", SOFT, Reason.MAILBOX_FULL, "count", 2, 30),
    Wanted(None, SOFT, Reason.UNREACHABLE, "denylist"),
    Wanted(None, HARD, None, "ignore"),
    Wanted(None, HARD, Reason.USER_UNKNOWN, "count", 2, 3),
]


def test_other_rules_make_what_the_fold_makes_of_them(monkeypatch):
    monkeypatch.setattr(what_if, "SAMPLE", len(ALL))
    for seed, day in enumerate((0, 4, 25)):
        histories.draw(seed, addresses=ALL, rounds=2, minute=day * DAY, hear=hear)
    hold_some()

    for wanted in OTHERS:
        rules = rulebook.changed(wanted)
        told = what_if.tell(rules, messages=NO_MESSAGES, at=NOW + timedelta(days=30))

        moved, looked_at = folded(rules)
        found = {(row.address_id, row.before, row.now) for row in told.entering + told.leaving}
        assert found == moved
        assert (told.looked_at, told.enter + told.leave) == (looked_at, len(moved))
        assert moved


def folded(wanted):
    """Return who would be left alone or no longer, one by one, and how many were looked at."""
    ruled = rulebook.all_versions()
    known = ledger.locked_by_id(list(Address.objects.values_list("id", flat=True)))
    moved, looked_at = set(), 0
    for address_id, told in ledger.facts(known).items():
        anew = [decided(fact, wanted, ruled) for fact in told]
        looked_at += anew != told
        standing = known[address_id].standing
        record = facts.fold(anew, ruled=ruled).record
        now = words.after(standing.having(record), known[address_id].words.values())
        if anew != told and (standing.status in LEFT_ALONE) != (now.status in LEFT_ALONE):
            moved.add((address_id, standing.status, now.status))
    return moved, looked_at


def decided(fact, wanted, ruled):
    """Return a fact with the rule that would decide, where that does something else."""
    if fact.says != Says.FAILED or fact.reason == Reason.DENYLISTED:
        return fact
    asked = {"channel": "sms", "failure_type": fact.failure_type, "reason": fact.reason}
    old, new = (rules.deciding(**asked) for rules in (rulebook.in_force(), wanted))
    if old[5:] == new[5:]:
        return fact
    ruled[new.id] = new
    return fact._replace(rule_id=new.id)
