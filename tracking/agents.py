"""What a user agent gives away: who says by itself that no person is behind a request.

The well-kept list `crawler-user-agents` (MIT) names crawlers; the tables below add what it lacks
and leave out where it takes the browsers that people hold in their hands for machines.
"""

import re
from functools import lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from tracking.reasons import Reason

# Fetch a link to draw a card of it, mostly before anybody has read the message.
PREVIEWS = (
    # Messages for iPhone asks as all three at once; so do Signal, LINE and many others as one.
    r"facebookexternal|facebot|facebookcatalog|meta-external|twitterbot",
    # Google Messages and Google Chat.
    r"google-pagerenderer|googlemessages|google web preview|google-youtube-links|/web/snippet",
    r"whatsapp/",
    r"telegrambot|discordbot|slackbot|slack-imgproxy|linkedinbot|redditbot|pinterestbot",
    r"skypeuripreview|microsoftpreview|bingpreview|msteams|teamsbot|ms-office-linkpreview",
    r"viber(?:bot|urldownloader)|^viber$|line-poker|kakaotalk-scrap|kakaostory-og|snap url preview",
    r"samsung(?:messages|linkpreview)|com\.samsung\.android\.messaging",
    r"applebot|link-?preview|linkpresentation|link ?expander|urlpreview|url preview|unfurl",
    r"mattermost-bot|rocket\.chat|synapse|element-preview|signal-(?:android|ios|desktop)",
    r"iframely|embedly|opengraph|ogscrap|vkshare|tumblr/|bitlybot|cardyb|mastodon/|zoombot",
)
# Look whether a link is dangerous.
SCANNERS = (
    r"safe ?links|barracuda|proofpoint|mimecast|fortiguard|zscaler|virustotal|urlscan|phish|clamav",
    r"scan(?!n)|(?<!cam)scanner|nuclei|nikto|sqlmap|nmap|masscan|zgrab|gobuster|ffuf|fuzz|arachni",
    r"burpcollaborator|\.oast\.|\$\{jndi|netcraft|paloalto|expanse|censys|shodan|securi?ty",
    r"threat|malware|antivirus|reputation|jorgee|l9tcpid|xtate|exploit|pentest|recon/",
)
# Ask by themselves, through a library that programs use.
LIBRARIES = (
    r"http-?client|python|aiohttp|urllib|^java[/ ]|curl|wget|libwww-perl|\blwp\b|\bperl\b|\bruby\b",
    r"\bphp/|phpmyadmin|go-http|^go[ -]|axios|node-fetch|node\.js|undici|^node\b|okhttp|retrofit",
    r"guzzle|faraday|typhoeus|mechanize|rest-?(?:sharp|client)|postman|insomnia|winhttp|http-kit",
    r"grpc-|openai/|request-promise|request/|got/|ktor|dart/|libredtail|user[-_]?agent",
    r"microsoft-cryptoapi|azure-logic|microsoft-flow|google-cloud|^http|package http|jakarta",
)
HEADLESS = (
    r"headless|phantomjs|selenium|webdriver|puppeteer|playwright|cypress/|slimerjs|electron-fetch",
    r"functionize|splash|zombie\.js|browsershots|ghost inspector",
)
# See whether a site is well.
MONITORS = (
    r"monitor|uptime|pingdom|statuscake|site24x7|synthetic|lighthouse|page ?speed|pageburst|xymon",
    r"health(?!care)|(?:kube-|google)prob|prober?/|fastprobe|prometheus|grafana|datadog|dynatrace",
    r"gomezagent|observatory|diagnostics|monit/|munin|collectd|hobbit|apachebench|webmon|check/",
    r"checker|watch/|measurement|audit|dejaclick|iplabel|hexometer|zabbix|nagios|icinga|newrelic",
)
# Words of crawlers, and of all who read for others.
CRAWLERS = (
    # Not the phones of Cubot, nor abbotts and talbots.
    r"(?<!cu)bots?(?![a-z0-9])|(?<!cu)bot[/_\-0-9]|robo[tz]|bot(?:framework|conversion)",
    r"crawl|spider|slurp/|slurp;|scrap(?!book)|harvest|archiv|fetch(?:er|ing)|indexer|indexinfo",
    r"feed(?!back)|\brss|rss\b|rssowl|subscribers|podcast(?!republic)|castopod|castro|downcast|pubsub",
    r"validat|verif(?:y|ier|ication)|parser|analy[zs]er|extract|exractor|collector|classifier",
    r"detector|discovery/|discovery;|lookup|finder|inspect|transcoder|image(?:cache|proxy)",
    r"emailproxy|thumb|search(?:engine|er|$)|internet\w*search|mnogosearch|vyhledavac",
    r"daum(?:oa)?[ /]|googleweblight",
    r"mediapartners-google|google-(?!pixel)[a-z]|google(?:sites| search console)|duplexweb-google",
    r"^google$|adwords|baidu-ads|seopult|seobility|\bserp|morningscore|leadgen|leadradar|prospect",
    r"acme\.|\bdcv\b|hostname|sectxt|security-dot-txt|proxychecker|link ?chain|webcollage",
    r"worker/|cron service|scheduler|tasks$|logic-apps|ifttt|swcd|hwcdn|cf-uc|early hints",
    r"integration|callback|catalog/|dummy connection|mediahub|discourse/|invision|matomo|braze",
    r"copilot|claude-code|cursor/|chatgpt|gptbot|-research|research |llm|recommend",
    r"^ddg[-_]|^duckduckgo/|^anonymous,|igetter|^readkit|^reeder/|mail\.ukr\.net|firephp",
    r"wechatdevtools|cybaa|inspici|chrome/105\.0\.0\.0mqqbrowser",
    r"\btime/\d{10}|taginspector|cloudflare|sparkler|convertify|whatcms|mixnode|webmoney advisor",
    r"https?:[ /]|https?://|\(at\)|\[at\]|; at;",
    r"[\w.]@[a-z0-9-]+\.[a-z]{2,}|\(\+(?:h|w)|; *\+(?:h|w|;)",
    # A name of two letters or more and a version, and nothing else: a program, not a browser.
    r"^mozilla/\d\.0 \(compatible; (?!msie|konqu|ibrowse|netp|amiga|u;|ms-off|yah)[\w. -]+[/;)]",
    r"^mozilla/\d\.0 \(compatible\)",
    r"^mozilla/\d\.0 [a-z]+(?!webkit)[\w.-]*(?:/[\d.]+)?$|compatible; (?:msie or|compatible)",
    r"^mozilla/\d\.0,? (?!applewebkit|ck=|linux|opera|archlinux|windows)[a-z0-9]",
    r"^mozilla/\d\.\d \([a-z]+(?: proxy| check)?\)(?: |$)(?!.*(?:mobile|version)/)",
)
# Every browser on a device says one of these about it.
DEVICES = (
    r"mozil|webkit|gecko|opera|android|iphone|ipad|ipod|ios\b|darwin|cfnetwork|windows|macintosh",
    r"mac os|linux|x11|symbian|series ?60|midp|cldc|j2me|java;|blackberry|nokia|samsung",
    r"sonyericsson|\bmot-|\blge?-|htc|zte|huawei|motorola|up\.browser|ucweb|ucpro|amiga|amazon",
    r"playstation|ps4|roku|tizen|kaios|arm64|win10|lynx|links|mozac|fb_?an|fbav|safari|mobile|pinterest|qtver|netfront",
    r"outlook|microsoft office|wap|mre/|maui|ucbrowser|crkey|obigo|dolfin|brew|palm",
    r"webos|smart-?tv|nintendo|xbox",
)
# Of the list, where it catches the browsers of people: desktop programs, in-app browsers, one
# build of one phone, and words that are parts of other names.
_TOO_BROAD = frozenset(
    {
        r"AP3A\.240617\.008",
        "Amzn-User",
        r"Code\/1\.",
        r"Fetch\/",
        "Fluid",
        "GTmetrix",
        "MetaIAB Facebook",
        r"Miniature\.io\/",
        "Slurp",
        "Sonic",
        "TSM-turingos",
        r"Trae\/",
        "Viber",
        "YLT Chrome",
    }
)


def _any(*tables: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(pattern for table in tables for pattern in table), re.IGNORECASE)


_KINDS = (
    (Reason.PREVIEW_AGENT, _any(PREVIEWS)),
    (Reason.SCANNER_AGENT, _any(SCANNERS)),
    (Reason.HEADLESS_AGENT, _any(HEADLESS)),
    (Reason.LIBRARY_AGENT, _any(LIBRARIES)),
    (Reason.MONITOR_AGENT, _any(MONITORS)),
    (Reason.CRAWLER_AGENT, _any(CRAWLERS)),
)
_DEVICE = _any(DEVICES)
_LISTED = re.compile(
    "|".join(
        entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA if entry["pattern"] not in _TOO_BROAD
    )
)


@lru_cache(maxsize=4_096)
def reason(user_agent: str) -> Reason | None:
    """Return what an agent says against a person by itself; None for a browser in a hand.

    Campaigns are opened with a few hundred agents, so that most answers are remembered.
    """
    if not user_agent.strip():
        return Reason.NO_AGENT
    for kind, pattern in _KINDS:
        if pattern.search(user_agent):
            return kind
    if _LISTED.search(user_agent):
        return Reason.CRAWLER_AGENT
    return None if _DEVICE.search(user_agent) else Reason.UNKNOWN_AGENT
