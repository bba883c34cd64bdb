"""The composition root: the only place that builds adapters from settings.

text      database, scenarios, understanding, backends, the turn, and the web over them
voice     ears, mouth and lines; imported only when it is wanted, and the bot serves text without it
serving   one process of it all: ports, signals, what to open
"""
