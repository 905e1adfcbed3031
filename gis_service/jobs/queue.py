"""The work queue (procrastinate's tables in the schema `jobs`): put a job in with the change that needs it, look at it later."""

import json
from typing import Any

import procrastinate
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

SCHEMA = "jobs"
QUEUE = "work"
BEHIND = -10
"""Priority of what nobody sits waiting for: it is done when nothing else is to do."""


def enqueue(session: Session, task: str, *, priority: int = 0, **arguments: Any) -> int:
    """Put a job into the queue, in the running transaction: both happen, or neither."""
    session.execute(text("select set_config('search_path', 'public, jobs', true)"))
    statement = text(
        """select (jobs.procrastinate_defer_jobs_v1(array[
               row(:queue, :task, :priority, null, null, cast(:arguments as jsonb), null)::jobs.procrastinate_job_to_defer_v1]))[1]"""
    )
    return int(
        session.scalar(
            statement, {"queue": QUEUE, "task": task, "priority": priority, "arguments": json.dumps(arguments)}
        )
        or 0
    )


def take_back(session: Session, *tasks: str) -> None:
    """Take what waits of these tasks out of the queue: for whoever has just done that work itself."""
    session.execute(
        text("delete from jobs.procrastinate_jobs where status = 'todo' and task_name = any(:tasks)"),
        {"tasks": list(tasks)},
    )


def state(session: Session, job_id: int) -> dict[str, Any] | None:
    row = session.execute(
        text(
            "select id, task_name as task, status::text as state, attempts from jobs.procrastinate_jobs where id = :id"
        ),
        {"id": job_id},
    )
    found = row.mappings().first()
    return dict(found) if found else None


def app(url: str) -> procrastinate.App:
    """The worker's side of the queue. The URL may name the role to become (`options`), which our own option must not push out."""
    address = make_url(url)
    options = f"{address.query.get('options', '')} -c search_path=jobs,public"
    plain = (
        address.set(drivername="postgresql").difference_update_query(["options"]).render_as_string(hide_password=False)
    )
    connector = procrastinate.PsycopgConnector(conninfo=plain, kwargs={"options": options}, min_size=1, max_size=4)
    return procrastinate.App(connector=connector)
