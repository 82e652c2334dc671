"""User agents: crawlers are known, and the browsers of people are left alone."""

from pathlib import Path

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from tests.tracking.recorded import GOOGLE_MESSAGES, IMESSAGE, IPHONE
from tracking import agents
from tracking.reasons import Reason

LISTS = Path(__file__).parent / "user_agents"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
PEOPLE = [
    IPHONE,
    f"{IOS} (KHTML, like Gecko) Mobile/15E148",
    f"{IOS} (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",
    f"{IOS} (KHTML, like Gecko) FxiOS/127.0 Mobile/15E148 Safari/605.1.15",
    f"{IOS} (KHTML, like Gecko) GSA/322.0 Mobile/15E148 Safari/604.1",
    f"{IOS} (KHTML, like Gecko) Mobile/15E148 Instagram 335.0.3.29.90 (iPhone14,5; iOS 17_5)",
    f"{IOS} (KHTML, like Gecko) Mobile/21F79 [FBAN/FBIOS;FBAV/468.0.0.36.107;FBDV/iPhone14,5]",
    f"{IOS} (KHTML, like Gecko) Mobile/15E148 Snapchat/12.94 (like Safari/8617.1)",
    f"{IOS} (KHTML, like Gecko) Mobile/15E148 Line/14.9.0",
    f"{IOS} (KHTML, like Gecko) Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36",
    (
        f"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S911B) {WEBKIT} SamsungBrowser/25.0 "
        "Chrome/121.0.0.0 Mobile Safari/537.36"
    ),
    (
        f"Mozilla/5.0 (Linux; Android 13; 2201117TY Build/TKQ1; wv) {WEBKIT} Version/4.0 "
        "Chrome/124.0.6367.123 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/465.0.0.48.91;]"
    ),
    (
        f"Mozilla/5.0 (Linux; Android 12; wv) {WEBKIT} Version/4.0 Chrome/124.0.6367.82 Mobile "
        "Safari/537.36 Instagram 331.0.0.37.90 Android (31/12; 480dpi; 1080x2158; samsung)"
    ),
    (
        f"Mozilla/5.0 (Linux; Android 7.1.2; G011A; wv) {WEBKIT} Version/4.0 Chrome/66.0.3359.158 "
        "Safari/537.36 Viber/11.9.5.8"
    ),
    (
        f"Mozilla/5.0 (Linux; Android 6.0; CUBOT MAX) {WEBKIT} Chrome/72.0.3626.121 Mobile "
        "Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Linux; U; Android 2.3.6; it-it; GT-S5830i Build/GINGERBREAD) "
        "AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1"
    ),
    (
        "Mozilla/5.0 (Linux; U; Android 9; en-US; RMX1941) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/78.0.3904.108 UCBrowser/13.4.0.1306 Mobile Safari/537.36"
    ),
    "Opera/9.80 (Android; Opera Mini/36.2.2254/191.303; U; en) Presto/2.12.423 Version/12.16",
    "Mozilla/5.0 (Mobile; Nokia_8000_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5.4",
    (
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) "
        "76.0.3809.146/6.0 TV Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/79.0.3945.79 Safari/537.36"
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36 "
        "Edg/126.0.0.0"
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.5 Safari/605.1.15"
    ),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0)",
    "Nokia6280/2.0 (03.60) Profile/MIDP-2.0 Configuration/CLDC-1.1",
    "BlackBerry8520/5.0.0.681 Profile/MIDP-2.1 Configuration/CLDC-1.1 VendorID/600",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_what_people_hold_in_their_hands_is_not_suspected(agent):
    assert agents.reason(agent) is None


def suspected(listed):
    """Return the share of a list that is not taken for people."""
    return sum(agents.reason(agent) is not None for agent in listed) / len(listed)


def test_of_public_lists_nearly_all_crawlers_and_hardly_any_people_are_suspected():
    instances = [agent for entry in CRAWLER_USER_AGENTS_DATA for agent in entry["instances"]]
    assert len(instances) > 2_000
    assert suspected(instances) >= 0.98
    assert suspected((LISTS / "crawlers.txt").read_text().splitlines()) >= 0.98
    assert suspected((LISTS / "browsers.txt").read_text().splitlines()) <= 0.005


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("", Reason.NO_AGENT),
        (" ", Reason.NO_AGENT),
        (IMESSAGE, Reason.PREVIEW_AGENT),
        (GOOGLE_MESSAGES, Reason.PREVIEW_AGENT),
        ("WhatsApp/2.23.20.0 A", Reason.PREVIEW_AGENT),
        ("TelegramBot (like TwitterBot)", Reason.PREVIEW_AGENT),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Reason.PREVIEW_AGENT),
        ("Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", Reason.PREVIEW_AGENT),
        ("Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5", Reason.PREVIEW_AGENT),
        ("facebookexternalhit/1.1;line-poker/1.0", Reason.PREVIEW_AGENT),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://google.com/bot.html)",
         Reason.CRAWLER_AGENT),
        ("Mozilla/5.0 (compatible; Something/1.0)", Reason.CRAWLER_AGENT),
        ("python-requests/2.32.0", Reason.LIBRARY_AGENT),
        ("okhttp/4.12.0", Reason.LIBRARY_AGENT),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/126.0.0.0 Safari/537.36",
         Reason.HEADLESS_AGENT),
        ("Nuclei - Open-source project", Reason.SCANNER_AGENT),
        ("Pingdom.com_bot_version_1.4", Reason.MONITOR_AGENT),
        ("Zeno", Reason.UNKNOWN_AGENT),
    ],
)  # fmt: skip
def test_machines_are_called_what_they_are(agent, reason):
    assert agents.reason(agent) == reason
