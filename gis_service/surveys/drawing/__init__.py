"""Drawings of a survey: the strip log (柱状图) of a point and the section (剖面图) along a line.

Logs in, SVG text out, no database. Everything is laid out in millimetres of the sheet (`pen`), so that the page, the printed sheet and
the PDF (`output`) show the same drawing; patterns are real lines, since `<pattern>` leaves seams in print. Labels that would meet are
moved apart (`spread`) and led to their depth by a line, never left out in silence.
"""
