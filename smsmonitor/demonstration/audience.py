"""Files of recipients as customer bases give them: mostly good, now and then wrong.

The people are those of the simulator: some have been written to before, and left since.
"""

import csv
import io
from collections.abc import Iterator
from itertools import count, islice

from ingestion.simulator.people import Person, person

HEADERS = ("mobile", "first_name", "city", "consent", "customer_id")
# Of the numbers kept for fiction libphonenumber takes the French for none, and the British for
# landlines: a few of them are enough.
UNREACHABLE = ("+33", "+44")
# Out of so many, one is such a number, has refused offers, is given twice, or mistyped.
EVERY_UNREACHABLE, EVERY_REFUSAL, EVERY_DOUBLE, EVERY_MISTAKE = 45, 70, 45, 110
MISTAKES = ("", "3939900", "+39 12", "n/a", "+393990012345678")
# More values than columns: a comma too many in a name.
BROKEN = ("+39 399 00 71234,Rossi, Anna,Bologna,yes,C100901", "+33639980999,Petit, Luc,Lyon,yes,C2")
FIRST_NAMES = {
    "+39": ("Giulia", "Marco", "Sofia", "Luca", "Chiara", "Matteo", "Elena", "Davide"),
    "+33": ("Camille", "Hugo", "Manon", "Louis", "Emma", "Jules"),
    "+49": ("Anna", "Paul", "Lena", "Felix"),
    "+44": ("Olivia", "George", "Amelia", "Harry"),
    "+1": ("Emily", "Jacob", "Madison", "Ethan"),
}
CITIES = {
    "+39": ("Turin", "Milan", "Bologna", "Rome", "Naples"),
    "+33": ("Lyon", "Paris", "Nice"),
    "+49": ("Berlin", "Munich"),
    "+44": ("London", "Leeds"),
    "+1": ("Boston", "Chicago"),
}


def file(*, recipients: int, country: str = "") -> bytes:
    """Return a table of so many people, of one calling code or of all, with what is wrong in it."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(HEADERS)
    for place, chosen in enumerate(islice(_people(country), recipients), start=1):
        table.writerow(_row(place, chosen))
        if not place % EVERY_DOUBLE:
            table.writerow(_row(place, chosen._replace(address=_differently(chosen.address))))
        if not place % EVERY_MISTAKE:
            wrong = MISTAKES[(place // EVERY_MISTAKE - 1) % len(MISTAKES)]
            table.writerow(_row(place, Person(wrong, f"C9{place:05}")))
    written.write("\n".join((*BROKEN, "")))
    return written.getvalue().encode()


def _people(country: str) -> Iterator[Person]:
    """Yield people of a calling code, few of whom cannot be reached by SMS."""
    for number in count():
        found = person(number)
        is_unreachable = found.address.startswith(UNREACHABLE) and number % EVERY_UNREACHABLE
        if found.address.startswith(country) and not is_unreachable:
            yield found


def _row(place: int, someone: Person) -> tuple[str, ...]:
    code = next((code for code in FIRST_NAMES if someone.address.startswith(code)), "+39")
    names, cities = FIRST_NAMES[code], CITIES[code]
    consent = "no" if not place % EVERY_REFUSAL else "yes"
    name, city = names[place % len(names)], cities[place % len(cities)]
    return someone.address, name, city, consent, someone.recipient


def _differently(address: str) -> str:
    """Return a number as somebody else would have typed it."""
    return f"00{address[1:3]} {address[3:6]} {address[6:]}"
