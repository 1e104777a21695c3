-- What is to be done, by date: what every screen of the app begins with (FQ-H01, FQ-H02).
SELECT id, title, due, points
FROM famquest_tasks
WHERE _household = (SELECT number FROM hearth_households WHERE uuid = :household) AND status = 'open' AND _life = 0
ORDER BY due
