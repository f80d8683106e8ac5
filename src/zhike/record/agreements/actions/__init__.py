"""Setting targets and standards, writing agreements, giving promises and saying what became of them."""

from zhike.record.agreements.actions.agreements import (
    add_signed,
    assign_agreement,
    end_agreement,
    expire_agreements,
    open_agreement,
    pass_agreements,
    revise_agreement,
    start_agreement,
)
from zhike.record.agreements.actions.loading import load_agreements, load_promises
from zhike.record.agreements.actions.promises import (
    break_promise,
    forget_people,
    keep_promise,
    make_promise,
    pass_promises,
    renegotiate_promise,
    reopen_promise,
    watch_promises,
)
from zhike.record.agreements.actions.standards import end_standard, set_vague_word, write_standard
from zhike.record.agreements.actions.targets import (
    approve_target,
    note_followed,
    propose_target,
    refuse_target,
    withdraw_target,
)

__all__ = [
    "add_signed",
    "approve_target",
    "assign_agreement",
    "break_promise",
    "end_agreement",
    "end_standard",
    "expire_agreements",
    "forget_people",
    "keep_promise",
    "load_agreements",
    "load_promises",
    "make_promise",
    "note_followed",
    "open_agreement",
    "pass_agreements",
    "pass_promises",
    "propose_target",
    "refuse_target",
    "renegotiate_promise",
    "reopen_promise",
    "revise_agreement",
    "set_vague_word",
    "start_agreement",
    "watch_promises",
    "withdraw_target",
    "write_standard",
]
