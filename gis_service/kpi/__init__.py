"""指标: figures a leading group asks for, each with its sentence, numerator, denominator, unit and owner, at any day that was.

A figure is a sum over the rows of a *family* (`sql/*.sql`): one row for each parcel, project, task, rectification, case … as it stood at
`as_of`. The rows behind a figure come from the same statement, so neither can say something the other does not.

What the past was is told by the version tables (register, waste bodies), the step logs (proceedings) and the times of recording
(manifests, amounts); nothing is read from a column that only knows today. Field records count by when they were seen, since phones may
be off-line: a walk that is sent late is added to the day it was made.
"""
