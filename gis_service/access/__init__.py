"""Who works here and what they may do: people, units, areas, roles, sessions, personal tokens.

What a person may *do* is one map in `rules.py`. Which *rows* they see is one policy in the database, fed by the scope of
the grants whose role allows the verb. 三员分立: the system administrator makes accounts, the security administrator
grants roles, the auditor reads the traces; nobody holds two of them, and none of them has a business right.
"""
