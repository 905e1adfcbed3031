-- Proceedings of one kind as they stood: the state after their last step by then, and what their facts were, later ones over earlier ones.
-- `log` and `stood` are the first parts of the statements that follow.
log as (
    select s.proceeding_id, s.seq, s.action, s.after, s.at, s.happened_on, s.facts from proceeding_step s join proceeding p on p.id = s.proceeding_id
     where p.noun = :noun and p.opened_at <= cast(:as_of as timestamptz) and s.at <= cast(:as_of as timestamptz)),
stood as (
    select distinct on (proceeding_id) proceeding_id, after as state, action as last_action, at as last_at from log order by proceeding_id, seq desc)
