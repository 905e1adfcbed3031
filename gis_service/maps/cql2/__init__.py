"""CQL2, the filter language of OGC API Features Part 3: text or JSON in, one SQL condition out.

reading      guards the parser, gives the expression as a tree of JSON
literals     days, instants and shapes that a person wrote
compiling    the tree as SQL: names from the queryables only, every literal bound
temporal     the fifteen relations of time
spatial      the eight relations of shapes
arrays       the four relations of arrays
functions    the functions of this service
"""
