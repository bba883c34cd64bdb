"""Reaching people first. rules: whom we may call, and when. The records of calls stand in bot.stores.placed."""
