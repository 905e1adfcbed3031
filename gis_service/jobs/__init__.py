"""Long work: jobs in PostgreSQL, put there in the transaction of the change that needs them, done by the worker process."""
