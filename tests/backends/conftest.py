from tests.turn.conftest import turn

__all__ = ["turn"]
