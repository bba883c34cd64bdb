"""What an SMSC brings again. A deliver_sm (SMPP 3.4 4.6) has no id of its own, and an SMSC that heard no answer brings
it once more: it is the same one where it says the same and the first was not surely answered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from bot.channels import pdu
from bot.channels.smsc import Came

REPEAT_S = 300.0  # so long an SMSC may bring again what it heard no answer to
BROKEN_S = 60.0  # so long after our answer it may bring it to the next session, where the answer was lost
LATE_S = 5.0  # an answer that took longer may have come too late
BUCKET_S = 120  # another process knows by this that it is the same one
REMEMBERED = 10_000


@dataclass(slots=True)
class Brought:
    """What came before, by what it says. done: when we answered it, None where we have not."""

    ident: str
    session: int
    sequence: int
    at: float
    done: float | None = None


class Repeats:
    """clock: seconds that only grow. now: aware."""

    def __init__(self, clock: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._clock, self._now = clock, now
        self._brought: OrderedDict[str, Brought] = OrderedDict()

    def known(self, came: Came, content: bytes) -> Brought:
        """Whether it came before. Who says "yes" twice has said it twice: what we answered is not brought again."""
        message = came.message
        own = message.tlvs.get(pdu.RECEIPTED_ID, b"")
        print_ = sha256(repr((message.source, message.destination, message.coding, content, own)).encode()).hexdigest()
        now = self._clock()
        before = self._brought.pop(print_, None)
        if before is None or not self.again(before, came):
            bucket = "" if own else f"/{int(self._now().timestamp()) // BUCKET_S}"
            number = 0 if before is None or own else int(before.ident.rpartition("/")[2]) + 1
            before = Brought(f"{print_}{bucket}/{number}", came.session, came.sequence, now)
        else:  # what it is compared with from now on
            before.session, before.sequence, before.at, before.done = came.session, came.sequence, now, None
        self._brought[print_] = before
        while len(self._brought) > REMEMBERED:
            self._brought.popitem(last=False)
        return before

    def again(self, before: Brought, came: Came) -> bool:
        if (before.session, before.sequence) == (came.session, came.sequence):
            return True
        now = self._clock()
        if before.done is None or before.done - before.at > LATE_S:
            return now - before.at < REPEAT_S
        return before.session != came.session and now - before.done < BROKEN_S
