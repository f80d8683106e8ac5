"""All writes of what was said."""

from zhike.record.interactions.actions.entries import (
    add_note,
    add_system_entries,
    add_system_entry,
    correct_entry,
    log_contact,
    log_contacts,
    strike_entry,
)
from zhike.record.interactions.actions.forgetting import forget_entries
from zhike.record.interactions.actions.imports import load_contacts

__all__ = [
    "add_note",
    "add_system_entries",
    "add_system_entry",
    "correct_entry",
    "forget_entries",
    "load_contacts",
    "log_contact",
    "log_contacts",
    "strike_entry",
]
