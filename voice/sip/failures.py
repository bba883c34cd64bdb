"""How long each step of a call may take, and what is told of one that takes longer or fails, whatever the SIP stack."""

from __future__ import annotations

from bot.errors import Both
from voice.errors import LegFailed
from voice.sip.reasons import status_of

SETUP_S = 10.0  # from our 200 to their ACK; RFC 3261 13.3.1.4 gives up after 32 s
SOUND_S = 2.0  # from the ACK to sound both ways; an offer without sound never gets there
TRANSFER_S = 45.0  # a person's telephone rings that long
HOLD_S = 10.0  # for a re-INVITE to get through
ASK_S = 60.0  # on hold no sound tells that the other side is there; a re-INVITE as often does (as RFC 4028 would)
RING_S = 60.0  # how long a called telephone may ring


def not_now() -> LegFailed:
    return LegFailed(
        Both("no calls can be placed now", "звонить сейчас нельзя"),
        where="sip call",
        fix=Both("Start the endpoint", "Запустите телефонию"),
    )


def cannot_be_called(where: str = "sip call", why: str = "") -> LegFailed:
    """why: the stack's word; else how an address is written."""
    return LegFailed(
        Both("the address can't be called", "по такому адресу не позвонить"),
        where=where,
        fix=why or Both("Write it as sip:user@host[:port]", "Напишите его как sip:имя@узел[:порт]"),
    )


def not_answered(call: str, why: str) -> LegFailed:
    """By us: the stack would not. why: its word."""
    return LegFailed(
        Both("the call could not be answered", "на звонок не удалось ответить"), where=f"SIP call {call}", fix=why
    )


def no_answer(call: str, within_s: float, status: int = 0) -> LegFailed:
    """By them, or no ACK to ours."""
    return LegFailed(
        Both(f"no answer within {within_s:.0f} s", f"нет ответа за {within_s:.0f} с"),
        where=f"SIP call {call}",
        fix=Both("Check that the peer's answer and ACK reach us", "Проверьте, доходят ли до нас ответ и ACK"),
        sip_status=status,
    )


def without_sound(call: str) -> LegFailed:
    return LegFailed(
        Both("the call is up without sound", "звонок принят, а звука нет"),
        where=f"SIP call {call}",
        fix=Both("The peer must offer audio", "Другая сторона должна предложить звук"),
    )


def over_before_up(call: str, reason: str) -> LegFailed:
    """reason: of `voice.ports.Ended`; its status, where it begins with one."""
    return LegFailed(
        Both(f"the call ended before it was up ({reason})", f"звонок закончился, не начавшись ({reason})"),
        where=f"SIP call {call}",
        sip_status=status_of(reason),
    )


def not_held(call: str, status: int = 0) -> LegFailed:
    return LegFailed(
        Both("the other side doesn't take a hold", "вторая сторона не принимает удержание"),
        where=f"SIP call {call}",
        fix=Both("Try again", "Повторите"),
        sip_status=status,
    )
