"""Reads the environment: each variable is checked, and a wrong one is refused by name."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off", ""})


def text(name: str, *, default: str = "") -> str:
    """Return a variable without surrounding spaces; unset and empty are the same."""
    return os.environ.get(name, "").strip() or default


def number(name: str, *, default: int, least: int, most: int) -> int:
    """Return a whole number between `least` and `most`."""
    value = text(name, default=str(default))
    wanted = f"a whole number from {least} to {most}, for example {name}={default}"
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise wrong(name, value, wanted)
    return int(value)


def flag(name: str, *, default: bool = False) -> bool:
    """Return a yes or a no."""
    value = text(name, default="1" if default else "0").lower()
    if value not in YES | NO:
        raise wrong(name, value, f"1 or 0, for example {name}=1")
    return value in YES


def choice(name: str, *, default: str, among: tuple[str, ...]) -> str:
    """Return one of a few words."""
    value = text(name, default=default)
    if value not in among:
        raise wrong(name, value, f"one of {', '.join(among)}")
    return value


def words(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    """Return a list that is written with commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def origins(name: str) -> list[str]:
    """Return a list of origins (scheme and host, nothing behind them)."""
    found = words(name)
    for origin in found:
        if not _is_web_origin(origin):
            raise wrong(name, origin, "origins such as https://sms.example.org, with commas")
    return found


def web_origin(name: str, *, default: str) -> str:
    """Return one origin under which people and providers reach the system."""
    value = text(name, default=default).rstrip("/")
    if not _is_web_origin(value):
        raise wrong(
            name, value, f"scheme and host only, for example {name}=https://sms.example.org"
        )
    return value


def database(name: str, *, default: str) -> dict[str, Any]:
    """Return Django's settings of a PostgreSQL database."""
    value = server(name, default=default, schemes=("postgres", "postgresql"))
    found = dict(environ.Env.db_url_config(value))
    if not found["NAME"]:
        wanted = f"an address such as {name}=postgres://user:password@host:5432/database"
        raise wrong(name, _hide_password(value), wanted)
    # The folder of a socket stands in the place of the host, with its slashes escaped.
    found["HOST"] = unquote(found["HOST"])
    return found


def server(name: str, *, default: str, schemes: tuple[str, ...]) -> str:
    """Return the address of a server that speaks one of a few protocols."""
    value = text(name, default=default)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname or parts.path.strip("/"))
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        known = ", ".join(f"{scheme}://" for scheme in schemes)
        raise wrong(name, _hide_password(value), f"an address that begins with one of {known}")
    return value


def folder(name: str, *, default: Path) -> Path:
    """Return the absolute path of a folder, which need not exist yet."""
    path = Path(text(name, default=str(default))).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise wrong(name, str(path), "the path of a folder")
    return path


def file(name: str) -> str:
    """Return the path of a file that can be read, or nothing where none is named."""
    value = text(name)
    if not value:
        return ""
    path = Path(value).expanduser().absolute()
    if not path.is_file() or not os.access(path, os.R_OK):
        raise wrong(name, value, "the path of a file that can be read")
    return str(path)


def time_zone(name: str, *, default: str) -> str:
    """Return the name of a time zone that this machine knows."""
    value = text(name, default=default)
    try:
        ZoneInfo(value)
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise wrong(name, value, f"a time zone such as {name}=Europe/Rome") from error
    return value


def wrong(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    """Return the refusal of a value: its name, what stands there, what should."""
    return ImproperlyConfigured(f"{name} is {value!r}; it must be {wanted}.")


def _is_web_origin(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.path.strip("/")


def _hide_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        if parts.password is None:
            return url
        return url.replace(f":{parts.password}@", ":***@", 1)
    except ValueError:
        return "***"
