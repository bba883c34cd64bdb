"""What a scenario set does with everything that may happen to it, found by trying it on the pure core.

moves    what a customer, and the world, can do now
graph    the states that are reached, and where each move leads
explore  what must hold in all of them; a counterexample is a conversation
"""

from bot.authoring.exploring.explore import DEEP, QUICK, Depth, Finding, explore, problems

__all__ = ["DEEP", "QUICK", "Depth", "Finding", "explore", "problems"]
