"""What happens inside one transaction of one turn: the conversation found, understood, advanced, written.

taking        an event of a customer, an agent or a timer; an apology in place of a turn that broke
asking        what another program said, that was asked between two transactions, and a word while it takes its time
finding       the conversation that an event belongs to, opened where there is none
effects       what an action asks of the turn itself
transaction   events advanced one after the other, journalled, written with all that follows from them
serving       a scenario set and what serves it; words to meaning
"""
