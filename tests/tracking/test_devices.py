"""Devices and systems, as user agents name them."""

import pytest

from tests.tracking.recorded import IPHONE
from tracking import devices
from tracking.devices import Device

ANDROID = "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 Chrome/126.0.0.0 {}Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (IPHONE, Device("phone", "iOS")),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) Safari/604.1", Device("tablet", "iOS")),
        (ANDROID.format("Pixel 8", "Mobile "), Device("phone", "Android")),
        (ANDROID.format("SM-X200", ""), Device("tablet", "Android")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/127.0", Device("computer", "Windows")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", Device("computer", "macOS")),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)", Device("computer", "ChromeOS")),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) TV Safari/537.36", Device("tv", "Tizen")),
        ("Mozilla/5.0 (Mobile; Nokia_8000_4G) KAIOS/2.5.4", Device("phone", "KaiOS")),
        ("Nokia6280/2.0 Profile/MIDP-2.0", Device("phone", "")),
        ("", Device("", "")),
    ],
)
def test_an_agent_tells_its_device(agent, device):
    assert devices.of(agent) == device
