-- 10,000 runs with 100,000 task instances of ten DAGs over 1,000 days, one a day each, and what hangs on them.
INSERT INTO dag_bundle (name, active) VALUES ('old', false);
INSERT INTO dag (dag_id, is_paused, is_stale, bundle_name, timetable_type, partition_mapper_info, max_active_tasks,
    max_consecutive_failed_dag_runs, has_task_concurrency_limits)
SELECT 'old_' || dag, true, true, 'old', '', '{}', 16, 0, false FROM generate_series(0, 9) dag;
-- The first version of each DAG is held by runs that are younger than it; of the second there are no runs.
INSERT INTO dag_version (id, version_number, dag_id, created_at, last_updated)
SELECT ('00000000-0000-0000-0000-' || lpad((dag * 10 + number)::text, 12, '0'))::uuid, number, 'old_' || dag,
    now() - interval '1000 days' + make_interval(hours => number), now() FROM generate_series(0, 9) dag, generate_series(1, 3) number;
INSERT INTO dag_run (dag_id, run_id, run_type, state, logical_date, run_after, start_date, end_date,
    created_dag_version_id)
SELECT 'old_' || dag, 'day_' || day, 'scheduled', CASE WHEN day % 100 = 7 THEN 'failed' ELSE 'success' END, at, at, at,
    at + interval '1 hour', ('00000000-0000-0000-0000-' || lpad((dag * 10 + 1)::text, 12, '0'))::uuid
FROM generate_series(0, 9) dag, generate_series(1, 1000) day,
    LATERAL (SELECT now() - make_interval(days => day) + interval '2 hours' AS at) a;
INSERT INTO task_instance (id, dag_id, run_id, task_id, state, start_date, end_date, try_number, pool, pool_slots,
    dag_version_id)
SELECT gen_random_uuid(), r.dag_id, r.run_id, 'task_' || task, 'success', r.start_date, r.end_date, 1, 'default_pool',
    1, r.created_dag_version_id
FROM dag_run r, generate_series(0, 9) task WHERE r.dag_id LIKE 'old\_%';
INSERT INTO xcom (dag_run_id, task_id, key, dag_id, run_id, value, timestamp)
SELECT r.id, i.task_id, 'return_value', r.dag_id, r.run_id, '1', r.end_date
FROM task_instance i JOIN dag_run r USING (dag_id, run_id) WHERE r.dag_id LIKE 'old\_%' AND i.task_id < 'task_5';
INSERT INTO rendered_task_instance_fields (dag_id, task_id, run_id, map_index, rendered_fields)
SELECT dag_id, task_id, run_id, map_index, '{}' FROM task_instance WHERE dag_id LIKE 'old\_%' AND task_id = 'task_0';
INSERT INTO log (dttm, dag_id, event) SELECT start_date, dag_id, 'old' FROM task_instance WHERE dag_id LIKE 'old\_%';
-- Of old_0 the newest runs stay whatever their age; of old_1 a run of long ago has not ended; of old_2 a task has not.
DELETE FROM dag_run WHERE dag_id = 'old_0' AND start_date > now() - interval '500 days';
UPDATE dag_run SET state = 'running', end_date = NULL WHERE dag_id = 'old_1' AND run_id = 'day_900';
UPDATE task_instance SET state = 'deferred' WHERE dag_id = 'old_2' AND run_id = 'day_900' AND task_id = 'task_3';
