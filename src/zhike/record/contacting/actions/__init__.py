"""Everything that contacting writes."""

from zhike.record.contacting.actions.consents import (
    choose_by_link,
    record_consents,
    refuse,
    set_wish,
    unsubscribe_by_link,
)
from zhike.record.contacting.actions.notices import notify, switch_notice
from zhike.record.contacting.actions.sending import (
    record_contact,
    record_contacts,
    record_contacts_of,
    release_held,
    send,
    send_many,
    settle,
    survey_answered,
    take_back,
)
from zhike.record.contacting.actions.templates import publish_template, write_template

__all__ = [
    "choose_by_link",
    "notify",
    "publish_template",
    "record_consents",
    "record_contact",
    "record_contacts",
    "record_contacts_of",
    "refuse",
    "release_held",
    "send",
    "send_many",
    "set_wish",
    "settle",
    "survey_answered",
    "switch_notice",
    "take_back",
    "unsubscribe_by_link",
    "write_template",
]
