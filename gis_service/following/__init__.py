"""跟进: what becomes of what a patrol saw. By a table (`rules.toml`) an observation leads to a rectification, to a clue, or to nothing.

What two elevation models show leads to a clue too, when an officer says so (`heaps`).

Exactly once: the observation's row is locked, and what is opened and the note that it was opened are one transaction. So a job that
runs twice, beside another or that is killed midway changes nothing that another run would not.
"""
