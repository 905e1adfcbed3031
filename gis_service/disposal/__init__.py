"""固废处置: from the proposal to the striking off, load by load.

`rules` holds the table of a project and what stands in its way; `conduct` adds it to the engine and lets the register follow.
`partners` are who carries and who receives, `manifests` the loads, `quantities` what m³ in place, m³ loose and tonnes make of each
other, `plan` the yearly list, `waivers` the land that goes on with its waste by somebody's name, `proposing` what a survey leads to.
"""
