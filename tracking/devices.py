"""What a click was made with: the kind of device and its system, as the user agent says."""

import re
from typing import NamedTuple

# The first that fits: Android names Linux, an iPad may name a Macintosh's system, televisions both.
_SYSTEMS = (
    ("KaiOS", r"kaios"),
    ("Windows Phone", r"windows phone|iemobile"),
    ("iOS", r"iphone|ipad|ipod|\bios[ /]\d"),
    ("tvOS", r"apple ?tv|tvos"),
    ("Tizen", r"tizen"),
    ("webOS", r"web0s|webos|netcast"),
    ("HarmonyOS", r"harmonyos|openharmony"),
    ("Android", r"android|dalvik"),
    ("BlackBerry", r"blackberry|bb10"),
    ("Symbian", r"symbian|series ?60"),
    ("ChromeOS", r"\bcros\b"),
    ("Windows", r"windows|win(?:32|64|10)"),
    ("macOS", r"macintosh|mac os x|macos"),
    ("Linux", r"linux|x11|ubuntu"),
)
_KINDS = (
    (
        "tv",
        r"\btv\b|smart-?tv|apple ?tv|googletv|hbbtv|\baft[a-z]\b|roku|web0s|netcast|crkey|bravia",
    ),
    ("tablet", r"ipad|tablet|kindle|\bsm-[tx]\d|playbook|silk(?!.*mobile)"),
    (
        "phone",
        r"iphone|ipod|mobile|phone|midp|blackberry|symbian|kaios|opera mini|nokia|windows ce",
    ),
    # Android browsers on phones say "Mobile"; those of tablets do not.
    ("tablet", r"android.*(?:chrome|safari|firefox)"),
    ("phone", r"android|dalvik"),
    ("computer", r"windows|macintosh|mac os x|x11|linux|\bcros\b"),
)
_COMPILED_SYSTEMS = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _SYSTEMS]
_COMPILED_KINDS = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _KINDS]


class Device(NamedTuple):
    """A kind (phone, tablet, computer, tv) and a system; empty where the agent does not tell."""

    kind: str
    system: str


def of(user_agent: str) -> Device:
    """Return what an agent says of its device."""
    return Device(_first(_COMPILED_KINDS, user_agent), _first(_COMPILED_SYSTEMS, user_agent))


def _first(table: list[tuple[str, re.Pattern[str]]], user_agent: str) -> str:
    return next((name for name, pattern in table if pattern.search(user_agent)), "")
