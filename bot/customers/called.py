"""For whom a call of ours is, where others may pick up.

A call about somebody is made for them alone: whoever picks up a telephone of several is asked first whether it is they,
and until then hears nothing that isn't for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from bot.customers import joining, persons, terms
from bot.customers.profile import facts_of
from bot.dialogue.identity import alike
from bot.dialogue.session import Someone
from bot.dialogue.values import PersonName, Value
from bot.errors import Conflict, NotFound
from bot.locale import said
from bot.ports import Identity


def for_whom(tx: Connection, number: str, customer: int | None, given: Mapping[str, Value]) -> int | None:
    """The customer whom a call is for; None where nobody is named and nothing of anybody would be told. number: "" of
    an address that is none. given: what the scenario begins with; a name in it tells one of a family.

    Raises NotFound of a customer that there is not, Conflict where nobody can be asked for.
    """
    family = persons.behind(tx, Identity(kind="phone", value=number)) if number else ()
    if customer is not None:
        current = joining.current(tx, customer)
        if current is None:
            raise NotFound(said("no such customer", "нет такого клиента"), where="customer")
        if not alone(tx, number, current) and not facts_of(tx, current).get("name"):
            raise Conflict(
                said(
                    "others may pick up, and this customer's name is not known: nobody can be asked for",
                    "трубку могут взять другие, а имя клиента неизвестно: позвать некого",
                ),
                where="customer",
                fix=said("Tell their name first", "Сначала укажите имя"),
            )
        return current
    if len(family) < 2 or not given:
        return None
    name = given.get("name")
    same = [each for each in family if isinstance(name, PersonName) and each.name and alike(each.name, name)]
    if len(same) == 1:
        return same[0].customer
    known = ", ".join(str(each.customer) for each in family)
    raise Conflict(
        said("several persons come by this telephone", "этим телефоном пользуются несколько человек"),
        where="customer",
        fix=said(f"Say for whom the call is: customer {known}", f"Укажите, кому звонок: customer {known}"),
    )


def alone(tx: Connection, number: str, customer: int) -> bool:
    """Whether nobody else is known by that number."""
    return bool(number) and persons.customers_of(tx, Identity(kind="phone", value=number)) == (customer,)


def meant(tx: Connection, number: str, customer: int) -> tuple[int, Identity] | None:
    """Whose conversation such a call is: the customer, and the identity of theirs that it is kept under. None where
    there is no such customer any more."""
    current = joining.current(tx, customer)
    if current is None:
        return None
    family = persons.behind(tx, Identity(kind="phone", value=number)) if number else ()
    mine = next((each.identity for each in family if each.customer == current), None)
    return current, mine or Identity.of(terms.kept_under(tx, current))


def somebody(tx: Connection, customer: int, via: str) -> Someone:
    """As whoever picks up is asked for them."""
    return Someone(id=via, name=facts_of(tx, customer).get("name") or "")
