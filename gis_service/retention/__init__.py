"""How long data is kept, in one table, and the job that removes what is past its time; accounts that nobody uses."""
