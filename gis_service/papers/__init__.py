"""公文: official papers as DOCX and PDF from templates a clerk can edit in Word, and the numbers they carry (文号).

A kind of paper stands in `catalogue.toml`. Its template is a DOCX with fields in double braces; `fill` puts facts into it, and
`printing` makes the PDF out of the same filled DOCX, so that an edit in Word shows in both. Nothing here knows a parcel or a
case: whoever makes a paper hands in the facts of `facts.py`. No law stands in a template; the legal basis is handed in too.
"""
