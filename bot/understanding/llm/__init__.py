"""A language model behind any OpenAI-compatible endpoint, asked where the default is unsure. Off until it is set up.

It proposes commands from a list that is made for the moment; what it says is never spoken, and nothing that isn't on
the list is taken. Slot values are read by our own readers, and the core decides on the proposal as on any meaning.

    hiding     what of the customer's words goes out
    briefing   the list of what may be proposed now, and the question
    endpoint   the question over HTTP: time, size, trust, and rest after failures
    proposal   the answer, read strictly, as a Meaning or not at all
    nlu        all of it around the default, behind ports.Advised
"""

from bot.understanding.llm.endpoint import Endpoint
from bot.understanding.llm.nlu import ProposingNlu

__all__ = ["Endpoint", "ProposingNlu"]
