"""Parts of lists that need the request: sortable headers, pagers and filters that keep it."""

from typing import Any

from django import template
from django.http import HttpRequest

register = template.Library()


@register.inclusion_tag("partials/sort_header.html", takes_context=True)
def sort_header(
    context: dict[str, Any], key: str, label: str, kind: str = "", first: str = "asc"
) -> dict[str, Any]:
    """Draw a column's head: pressing it sorts by `key`, pressing it again turns the order.

    The page's context tells the order in force as `sort`, such as "-label"; kind is "number" for
    columns of numbers, first is "desc" where the highest interests most.
    """
    request: HttpRequest = context["request"]
    sort: str = context["sort"]
    active = sort.removeprefix("-") == key
    descending = sort.startswith("-")
    turned = (not descending) if active else first == "desc"
    query = request.GET.copy()
    query.pop("cursor", None)
    query["sort"] = f"-{key}" if turned else key
    return {
        "label": label,
        "kind": kind,
        "address": f"?{query.urlencode()}",
        "direction": ("descending" if descending else "ascending") if active else "",
    }


@register.inclusion_tag("partials/pager.html", takes_context=True)
def pager(context: dict[str, Any]) -> dict[str, Any]:
    """Draw the ways to the page before and after `page`, keeping filters and order."""
    request: HttpRequest = context["request"]
    page = context["page"]
    addresses = {}
    for name, cursor in (("previous", page.previous), ("next", page.next), ("first", None)):
        query = request.GET.copy()
        query.pop("cursor", None)
        if cursor:
            query["cursor"] = cursor
        addresses[name] = f"?{query.urlencode()}"
    return {"page": page, "addresses": addresses}


@register.simple_tag(takes_context=True)
def query_without(context: dict[str, Any], *names: str) -> str:
    """Write the page's query string without these names, so that a filter can be taken off."""
    query = context["request"].GET.copy()
    for name in (*names, "cursor"):
        query.pop(name, None)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **values: str) -> str:
    """Write the page's query string with these values, so that one filter is changed."""
    query = context["request"].GET.copy()
    query.pop("cursor", None)
    for name, value in values.items():
        query[name] = value
    return f"?{query.urlencode()}"
