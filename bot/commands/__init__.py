"""What can be typed after `govorun`, a module a room. A command is thin: it reads what was typed, calls a room, prints
what came back. Help is in the language of the terminal.

typed           what commands have in common: consoles, options
frame           the headings of help
mistyped        what was typed wrong
talking         serve, chat, call
scenarios       check, test, graph, replay, new
publishing      publish, unpublish, history, rollback, diff
understanding   understand
menu            menu
rasa            rasa export, rasa import
sound           listen, say, models
stored          export, agents
"""
