"""程序: procedures with their states, steps, papers and clocks — one engine, a table for each procedure.

A *procedure* (移交, 案件, 索赔, 整改 …) is data: states, the steps between them, who may take each, which facts and papers
it needs, which clocks run meanwhile (`rules.Procedure`). A *proceeding* is one run of it: one parcel's handover, one case.
Its step log only grows, each entry hashed together with the one before; state and facts are what the log gives when it is
played again. A wrong step is not edited but returned (退回) by another, with its reason. Deadlines are never stored: they are
worked out from the log and the working-day calendar each time they are asked for.

The same table gives the buttons, the diagram, the tests and the log. What a noun adds (what blocks a step, what follows from
it) it hands over as its `Conduct`.
"""
