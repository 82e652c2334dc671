"""What the person who reads may see: every address and every free text goes through here."""

from typing import TYPE_CHECKING, Any

from django import template

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

register = template.Library()


@register.simple_tag(takes_context=True)
def address_of(context: dict[str, Any], row: Any) -> str:
    """Write the address of a message, an exclusion or a reply, masked where it must be."""
    return str(context["viewer"].address(row)) or "\N{EN DASH}"


@register.simple_tag(takes_context=True)
def recipient_of(context: dict[str, Any], row: Any) -> str:
    """Write the sender's own reference of a recipient; masked where it looks like an address."""
    return str(context["viewer"].recipient(row.recipient))


@register.simple_tag(takes_context=True)
def said(context: dict[str, Any], text: "StrOrPromise", row: Any = None) -> str:
    """Write a free text without the addresses that stand in it; row: whose address is known.

    What an error means is said by a person, or by a table that is translated only here.
    """
    address = row.address if row is not None else ""
    return str(context["viewer"].text(str(text), address=address))


@register.simple_tag(takes_context=True)
def code_of(context: dict[str, Any], value: str, row: Any) -> str:
    """Write a provider's code of a message."""
    return str(context["viewer"].code(value, address=row.address))


@register.simple_tag(takes_context=True)
def provider_id_of(context: dict[str, Any], value: str, row: Any) -> str:
    """Write the id a provider gave a message."""
    return str(context["viewer"].provider_id(value, address=row.address))
