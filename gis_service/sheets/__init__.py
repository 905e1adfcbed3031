"""会议用图: sheets for the meeting table, from one list of lines and texts in millimetres of the page.

drawing/     the list itself, SVG, text widths, hatches, signs: pure
mapping/     land to page, labels that do not overlap, frame, grid, scale bar: pure
composing/   a template and its content become pages: pure
printing/    pages as PDF, PNG and PPTX
kinds/       what each sheet shows, gathered through the layers with the reader's rights
"""
