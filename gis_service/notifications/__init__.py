"""通知 · what people are told: inside the service, by e-mail, and other systems by webhook.

`operations.tell` writes one row a person in the transaction of the act that is told of: both happen, or neither. Each minute the
worker plans what leaves the service (`planning`) and sends what is due (`delivery`). Quiet hours, digests and tries are pure
decisions (`rules`). A person sees only their own notifications; the database says so (`migrations/objects/112_notifications.sql`).
"""
