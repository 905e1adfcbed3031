"""法律依据: law as dated data. Which text applies is asked of the day of the act, never written into code or papers by hand.

`basis.toml` holds only what the handbook of the field gives, by its source keys; where it has no wording the quote stays empty, and
what it calls unconfirmed is kept but never offered. New laws come by CSV.
"""
