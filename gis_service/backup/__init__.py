"""备份与恢复: copies of the private database and of the files, and the proof that they can be restored.

shelf       what lies in the backup folder
taking      a whole copy
keeping     the files that came since, within seconds
restoring   a database at the end of its log, or at a moment of the past
proving     whether restored data are whole
drill       restores the newest copy for trial, beside the service
nightly     all of it by the clock, with its result on the administrator's page
"""
