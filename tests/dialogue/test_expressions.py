import pytest

from bot.dialogue.expressions import Expression, ExpressionError, Scope, Template
from bot.dialogue.values import PersonName

SCOPE = Scope(
    {"count": 3, "service": "lor", "name": PersonName(given="Иван"), "customer": {"phone": "+7905"}, "empty": None},
    rows={"lor": {"price": 1800}},
    functions={"twice": lambda _, value: value * 2},
    filters={"loud": lambda _, value: str(value).upper(), "cut": lambda _, value, n: str(value)[:n]},
)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("count > 2 and not empty", True),
        ("count + 1 == 4 or nonsense", True),
        ("service.price - 300", 1500),
        ("customer.phone|cut:2", "+7"),
        ("name.given|loud", "ИВАН"),
        ("twice(count)", 6),
        ("empty or 'nobody'", "nobody"),
        ("empty < 5", False),
        ("unknown.thing", None),
        ("(1 + 2) - -1", 4),
        ("'a' in 'abc'", True),
    ],
)
def test_an_expression_has_this_value(source, value):
    assert Expression.parse(source).value(SCOPE) == value


@pytest.mark.parametrize(
    ("source", "column", "hint"),
    [
        ("", 1, "empty"),
        ("count = 3", 7, "=="),
        ("(count", 7, "parenthesis"),
        ("count >", 8, "missing"),
        ("a b", 3, "not expected"),
        ("__import__('os').x", 17, "understood"),
        ("(" * 60 + "1" + ")" * 60, 1, "deep"),
        ("x" * 600, 1, "longer"),
        ("price|", 7, "filter"),
    ],
)
def test_a_mistake_is_told_with_its_column_and_a_mend(source, column, hint):
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(source)
    assert caught.value.column == column
    assert hint in f"{caught.value.what} {caught.value.fix}"


@pytest.mark.parametrize("source", ["name + 1", "count < 'a'", "missing(1)", "count|missing", "-name"])
def test_what_does_not_fit_is_an_error_of_the_expression_not_of_python(source):
    with pytest.raises(ExpressionError):
        Expression.parse(source).value(SCOPE)


def test_python_objects_have_no_attributes_here():
    assert Expression.parse("name.__class__").value(SCOPE) is None


def test_a_template_puts_values_into_text_and_keeps_double_braces():
    template = Template.parse("{name.given}: {{{count}}}")
    assert template.render(SCOPE, str) == "Иван: {3}"
    assert template.names == {"name.given", "count"}


@pytest.mark.parametrize(("source", "column"), [("Привет, {name", 9), ("a } b", 3), ("ab {1 +}", 8)])
def test_a_broken_template_names_the_column_in_the_whole_text(source, column):
    with pytest.raises(ExpressionError) as caught:
        Template.parse(source)
    assert caught.value.column == column
