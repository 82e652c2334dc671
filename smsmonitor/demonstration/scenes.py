"""What the demonstration shows, in the order in which it is made."""

from datetime import timedelta

from smsmonitor.demonstration.past import Scene
from smsmonitor.demonstration.present import Campaign

SENDER = "AURORA"
# How the simulated world behaves for what is sent: in whole percents.
WORLD = {"silent": "1", "clicks": "24", "replies": "4"}

PAST = (
    Scene(
        mark="DEM-1001",
        label="Autumn collection preview",
        folder="Fashion/Seasonal",
        sender=SENDER,
        content=(
            "Aurora: the autumn collection is here. Members see it first, with free delivery "
            "until Sunday: https://aurora.example/autumn Reply STOP to opt out"
        ),
        messages=4_000,
        rate=2.0,
        validity=timedelta(hours=72),
        days_ago=6,
        hour=9,
    ),
    Scene(
        mark="DEM-1002",
        label="Loyalty points about to expire",
        folder="Loyalty/Reminders",
        sender=SENDER,
        content=(
            "Aurora: your 240 points expire on the 30th. Turn them into a voucher before then: "
            "https://aurora.example/points Reply STOP to opt out"
        ),
        messages=3_000,
        rate=1.5,
        validity=timedelta(hours=24),
        days_ago=2,
        hour=16,
        outage=("+33", timedelta(minutes=10), timedelta(minutes=15)),
    ),
)
# Its outage says of good numbers that they are unknown: what quarantines elsewhere is held.  It is
# recent enough to be watched, and long enough ago to be over.
LATEST = (
    Scene(
        mark="DEM-1005",
        label="Order updates",
        folder="Service/Orders",
        sender=SENDER,
        content="Aurora: your order is on its way. Follow it here: https://aurora.example/order",
        messages=2_400,
        rate=2.0,
        validity=timedelta(minutes=15),
        minutes_ago=60,
        outage=("+33", timedelta(minutes=5), timedelta(minutes=10)),
        outage_code="101",
        linked=True,
    ),
)
PRESENT = (
    Campaign(
        mark="DEM-1003",
        label="Weekend flash sale",
        folder="Fashion/Promotions",
        sender=SENDER,
        content=(
            "Aurora: {{first_name|Hello}}, 30% off for 48 hours: https://aurora.example/flash "
            "Shops near you: https://aurora.example/shops Reply STOP to opt out"
        ),
        file="members-autumn.csv",
        recipients=1_600,
        validity=timedelta(minutes=20),
        links={
            "https://aurora.example/flash": ("Flash sale", "Offers"),
            "https://aurora.example/shops": ("Find a shop", "Service"),
        },
        # Of the simulator's own, and nobody's: no delivery comes so far.
        proofs=("+393990099998", "+393990099999"),
        waves=("30%", "35%", "rest"),
        interval=timedelta(minutes=2),
    ),
    Campaign(
        mark="DEM-1004",
        label="Opening day in Turin",
        folder="Stores/Openings",
        sender=SENDER,
        content=(
            "Aurora: {{first_name|Hello}}, our new shop in Turin opens on Saturday at 10. A gift "
            "for the first hundred: https://aurora.example/turin Reply STOP to opt out"
        ),
        file="members-piedmont.csv",
        recipients=400,
        country="+39",
        validity=timedelta(hours=12),
        links={"https://aurora.example/turin": ("New shop", "Service")},
        days=2,
        hour=9,
    ),
)
