"""当事人、车辆、运输企业、源头工地: who and what a case has to do with, and where the same turns up in other cases.

ID numbers, phones and addresses lie in a table of their own under row-level security; everybody sees their masks, and the reveal act
shows them, with a reason and a trace (`secrets.py`).
"""
