"""A call is given to an agent's telephone, or stays where it was."""

from __future__ import annotations

from bot.errors import Conflict
from voice.equipment import Equipment
from voice.ports import CallLeg
from voice.speaking import Speaking

LEFT_ALONE_S = 20.0  # how long the last words may take before the line is cleared all the same


class Transfer:
    """under_way: a telephone is being rung. done: the agent has the caller, and our leg is over."""

    def __init__(self, leg: CallLeg, equipment: Equipment, speaking: Speaking) -> None:
        self.under_way = False
        self.done = False
        self._leg = leg
        self._equipment = equipment
        self._speaking = speaking
        self._agent = ""

    def taken_by(self, address: str) -> None:
        """An agent took this call by hand: that telephone goes before the one of the settings."""
        self._agent = address

    async def ring(self, conversation: str, target: str) -> bool:
        """Ring the agent with the vCon's id beside the call. False: nobody answered, the caller is back with the bot.

        True as well where somebody else took the call meanwhile, or is being rung already: then it is theirs.
        """
        if self.under_way:
            return True
        self.under_way = True
        try:
            await self._speaking.all_said(LEFT_ALONE_S)
            if not self._agent and self._equipment.ringing is not None:
                try:
                    await self._equipment.ringing(conversation, target)
                except Conflict:
                    if not self._agent:
                        return True  # somebody else took it, and will say where to
            target, self._agent = self._agent or target, ""
            # RFC 7433 4.1: octets in hex digits, here those of the id's text.
            content = f"{self._equipment.vcon(conversation).encode().hex()};encoding=hex"
            self.done = await self._leg.transfer(target, user_to_user=content)
            if self.done:
                await self._leg.hang_up()
            return self.done
        finally:
            self.under_way = False
