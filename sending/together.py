"""The same act on several deliveries: each by itself, so that one refusal keeps no other back."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AbstractBaseUser

from deliveries.models import Delivery
from sending import launch
from sending.launch import Act, NotAllowed

_DO: Mapping[Act, Callable[..., Delivery]] = {
    Act.START: launch.start,
    Act.PAUSE: launch.pause,
    Act.RESUME: launch.resume,
    Act.CANCEL: launch.cancel,
}


class Sorted(NamedTuple):
    """Deliveries with which something can be done, and the others."""

    able: Sequence[Delivery]
    others: Sequence[Delivery]


class Refusal(NamedTuple):
    """A delivery with which it could not be done, and why."""

    delivery: Delivery
    why: str


class Done(NamedTuple):
    """With how many deliveries it was done, and with which it could not be."""

    number: int
    refused: Sequence[Refusal]


def sort(*, act: Act, delivery_ids: Collection[int]) -> Sorted:
    """Tell with which of some deliveries an act is possible as they stand."""
    found = list(Delivery.objects.filter(pk__in=delivery_ids).order_by("label", "pk"))
    possible = launch.possible_of(found)
    able = [each for each in found if act in possible[each.pk]]
    return Sorted(able, [each for each in found if each not in able])


def do(
    *, act: Act, delivery_ids: Collection[int], by: AbstractBaseUser | None, at: datetime
) -> Done:
    """Start, pause, resume or cancel deliveries; what starts does so now, all at once."""
    found = list(Delivery.objects.filter(pk__in=delivery_ids).order_by("pk"))
    refused = []
    for delivery in found:
        try:
            _DO[act](delivery_id=delivery.pk, by=by, at=at)
        except NotAllowed as error:
            refused.append(Refusal(delivery, str(error)))
    return Done(len(found) - len(refused), refused)
