"""Contact lists with a ledger of exclusions, and what to suggest to each customer on them."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.campaigns.actions import (
        NEUTRAL_ACTION,
        ActionTable,
        SuggestedAction,
        packaged_actions,
    )
    from regulars.campaigns.contact_list import (
        Contact,
        ContactList,
        ContactReason,
        build_contact_list,
    )

_LAZY = {
    "NEUTRAL_ACTION": "regulars.campaigns.actions",
    "ActionTable": "regulars.campaigns.actions",
    "Contact": "regulars.campaigns.contact_list",
    "ContactList": "regulars.campaigns.contact_list",
    "ContactReason": "regulars.campaigns.contact_list",
    "SuggestedAction": "regulars.campaigns.actions",
    "build_contact_list": "regulars.campaigns.contact_list",
    "packaged_actions": "regulars.campaigns.actions",
}

__all__ = [
    "NEUTRAL_ACTION",
    "ActionTable",
    "Contact",
    "ContactList",
    "ContactReason",
    "SuggestedAction",
    "build_contact_list",
    "packaged_actions",
]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.campaigns' has no attribute '{name}'")
