SET LOCAL lock_timeout = '2s';
DROP TABLE external_ids, quarantine, sync_cursors, sync_run_counts, sync_runs, field_mappings, oauth_states, connectors;
