SET LOCAL lock_timeout = '2s';
DROP TABLE weekly_metric_revisions, weekly_metrics, import_rows, imports, client_grants, campaigns, campaign_groups,
    client_channels, clients, channels;
ALTER TABLE memberships DROP COLUMN client_limited;
DROP FUNCTION protect_client_table(regclass, name);
