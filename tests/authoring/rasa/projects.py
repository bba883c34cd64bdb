"""Small Rasa 3 projects in the shapes of those that Rasa ships as examples; the words are our own.

CHEERFUL as its mood bot: a greeting with buttons, stories that go on for three turns, one told in words. TABLE as its
form bot: a form that is left and taken up again. TRAVEL as larger bots are: checkpoints, `or`, slots that decide,
values told one by one, roles, stories that contradict each other, steps that nothing here can do.
"""

from __future__ import annotations

from pathlib import Path

CHEERFUL = {
    "domain.yml": """\
version: "3.1"
intents: [greet, goodbye, affirm, deny, cheerful, gloomy, who_are_you]
responses:
  utter_greet:
  - text: "Good to see you! How is it going?"
    buttons:
    - {title: splendid, payload: /cheerful}
    - {title: not so well, payload: /gloomy}
  utter_joke: [{text: "Two sheep meet. One says: baa.", image: "https://example.org/sheep.png"}]
  utter_better: [{text: "Is that any better?"}]
  utter_glad: [{text: "Then all is well."}]
  utter_sorry: [{text: "What a pity."}]
  utter_goodbye: [{text: "So long."}]
  utter_who: [{text: "A machine with a heart."}]
""",
    "data/nlu.yml": """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hiya
- intent: affirm
  examples: |
    - yes
- intent: deny
  examples: |
    - no
- intent: goodbye
  examples: |
    - bye
- intent: cheerful
  examples: |
    - splendid
    - it could not go better
    - I feel like a million dollars
    - a great day today
    - everything is wonderful
- intent: gloomy
  examples: |
    - not so well
    - everything goes wrong
    - I am down in the dumps
    - what an awful week
    - I could cry
- intent: who_are_you
  examples: |
    - who am I speaking with
    - what are you actually
    - is there a human behind this
    - who is this
    - are you a program
""",
    "data/rules.yml": """\
version: "3.1"
rules:
- rule: farewell
  steps: [{intent: goodbye}, {action: utter_goodbye}]
- rule: who
  steps: [{intent: who_are_you}, {action: utter_who}]
""",
    "data/stories.yml": """\
version: "3.1"
stories:
- story: all is well
  steps:
  - intent: greet
  - action: utter_greet
  - intent: cheerful
  - action: utter_glad
- story: a joke helps
  steps:
  - intent: greet
  - action: utter_greet
  - intent: gloomy
  - action: utter_joke
  - action: utter_better
  - intent: affirm
  - action: utter_glad
- story: a joke is no help
  steps:
  - user: hiya
  - bot: Good to see you!
  - intent: gloomy
  - action: utter_joke
  - action: utter_better
  - intent: deny
  - action: utter_sorry
""",
}
TABLE = {
    "domain.yml": """\
version: "3.1"
intents:
- book_table: {use_entities: []}
- gossip
- inform
- affirm
- deny
- enough
- greet
slots:
  food: {type: text, mappings: [{type: from_entity, entity: food}]}
  guests: {type: float, mappings: [{type: from_entity, entity: number}]}
  terrace: {type: bool, mappings: [{type: from_intent, intent: affirm, value: true}]}
  requested_slot: {type: text, mappings: [{type: custom}]}
forms:
  table_form:
    ignored_intents: [gossip]
    required_slots: [food, guests, terrace]
responses:
  utter_greet: [{text: "Welcome to the tavern."}]
  utter_ask_food: [{text: "Which kitchen would you like?"}]
  utter_ask_guests: [{text: "For how many?"}]
  utter_ask_terrace: [{text: "On the terrace?"}]
  utter_booked: [{text: "I look for {food} for {guests}."}]
  utter_on: [{text: "Shall we go on?"}]
  utter_gossip: [{text: "I never gossip."}]
  utter_left: [{text: "Another time, then."}]
""",
    "data/nlu.yml": """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
- intent: affirm
  examples: |
    - yes
- intent: deny
  examples: |
    - no
- intent: book_table
  examples: |
    - I want a table
    - a table for [three](number) please
    - somewhere with [thai](food) kitchen
    - can we eat at your place
    - keep us a table
- intent: inform
  examples: |
    - [greek](food)
    - [five](number)
- intent: gossip
  examples: |
    - is the cook married
    - tell me about the waiter
    - what do you think of the landlord
    - who broke that window
    - any rumours today
- intent: enough
  examples: |
    - you are no help at all
    - this leads nowhere
    - what a waste of time
""",
    "data/rules.yml": """\
version: "3.1"
rules:
- rule: begin
  steps: [{intent: book_table}, {action: table_form}, {active_loop: table_form}]
- rule: full
  condition: [{active_loop: table_form}]
  steps:
  - action: table_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_booked
- rule: gossip
  steps: [{intent: gossip}, {action: utter_gossip}]
- rule: hello
  steps: [{intent: greet}, {action: utter_greet}]
""",
    "data/stories.yml": """\
version: "3.1"
stories:
- story: enough, but go on
  steps:
  - intent: book_table
  - action: table_form
  - active_loop: table_form
  - intent: enough
  - action: utter_on
  - intent: affirm
  - action: table_form
  - active_loop: null
  - action: utter_booked
- story: enough, and away
  steps:
  - intent: book_table
  - action: table_form
  - active_loop: table_form
  - intent: enough
  - action: utter_on
  - intent: deny
  - action: utter_left
  - action: action_deactivate_loop
  - active_loop: null
""",
}
TRAVEL = {
    "domain.yml": """\
version: "3.1"
intents: [fly, inform, affirm, deny, by_day, early, by_night, insure, refund, weather, lounge]
slots:
  departure: {type: text, mappings: [{type: from_entity, entity: city, role: from}]}
  destination: {type: text, mappings: [{type: from_entity, entity: city, role: to}]}
  date: {type: text, mappings: [{type: from_entity, entity: date}]}
  vip: {type: bool, mappings: [{type: custom}]}
responses:
  utter_ask_destination: [{text: "Where to?"}]
  utter_ask_date: [{text: "On which day?"}]
  utter_ask_hour: [{text: "By day or by night?"}]
  utter_found: [{text: "To {destination}, then."}]
  utter_day: [{text: "The day flight it is."}]
  utter_night: [{text: "The night flight it is."}]
  utter_insured: [{text: "You are insured."}]
  utter_refund: [{text: "Was it the airline's fault?"}]
  utter_paid: [{text: "You will be paid."}]
  utter_unpaid: [{text: "Then I am sorry."}]
  utter_lounge: [{text: "The lounge is open to you."}]
  utter_no_lounge: [{text: "The lounge is for members."}]
""",
    "data/nlu.yml": """\
version: "3.1"
nlu:
- intent: affirm
  examples: |
    - yes
- intent: deny
  examples: |
    - no
- intent: fly
  examples: |
    - I want to fly
    - a flight from [rome]{"entity": "city", "role": "from"} to [oslo]{"entity": "city", "role": "to"}
    - book a plane
    - find me a flight
    - I need a ticket
- intent: inform
  examples: |
    - [oslo]{"entity": "city", "role": "to"}
    - [tomorrow](date)
- intent: by_day
  examples: |
    - in daylight please
    - during the day
- intent: early
  examples: |
    - first thing in the morning
    - at the crack of dawn
- intent: weather
  examples: |
    - it was the snow
    - there was a storm
- intent: by_night
  examples: |
    - when it is dark
    - I like to sleep on board
- intent: insure
  examples: |
    - insure me as well
    - I want insurance
    - what if I fall ill
    - is there cover
    - add a policy
- intent: refund
  examples: |
    - give me my money back
    - I want a refund
    - my flight never left
    - pay me back
    - you owe me
- intent: lounge
  examples: |
    - may I use the lounge
    - where can I wait
    - is there a lounge
    - let me into the lounge
    - somewhere quiet to sit
""",
    "data/stories.yml": """\
version: "3.1"
stories:
- story: where and when
  steps:
  - intent: fly
  - action: utter_ask_destination
  - intent: inform
    entities: [{city: oslo, role: to}]
  - slot_was_set: [{destination: oslo}]
  - action: utter_ask_date
  - intent: inform
    entities: [date]
  - checkpoint: chosen
- story: by day
  steps:
  - checkpoint: chosen
  - action: utter_found
  - action: utter_ask_hour
  - or:
    - intent: by_day
    - intent: early
  - action: utter_day
- story: by night
  steps:
  - checkpoint: chosen
  - action: utter_found
  - action: utter_ask_hour
  - intent: by_night
  - action: utter_night
  - action: action_pay
- story: by night, told otherwise
  steps:
  - checkpoint: chosen
  - action: utter_found
  - action: utter_ask_hour
  - intent: by_night
  - action: utter_day
- story: nowhere
  steps:
  - intent: insure
  - action: utter_insured
  - checkpoint: nobody_begins_here
- story: refund
  steps:
  - intent: refund
  - action: utter_refund
  - intent: affirm
  - action: utter_paid
- story: no refund
  steps:
  - intent: refund
  - action: utter_refund
  - intent: deny
  - action: utter_unpaid
- story: nobody's fault
  steps:
  - intent: refund
  - action: utter_refund
  - intent: weather
  - action: utter_unpaid
- story: members
  steps:
  - intent: lounge
  - slot_was_set: [{vip: true}]
  - action: utter_lounge
- story: others
  steps:
  - intent: lounge
  - slot_was_set: [{vip: false}]
  - action: utter_no_lounge
- story: words nobody knows
  steps:
  - user: what is the meaning of life
  - action: utter_day
""",
}


def lay(folder: Path, project: dict[str, str]) -> Path:
    """The project's files in `folder`."""
    for name, text in project.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
