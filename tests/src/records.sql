-- The records of the examples, and a second of each kind so that lists have a next page. Every text carries the canary.
INSERT INTO audit_log (tenant_id, id, actor_kind, actor_id, user_id, action, resource, resource_id, outcome, changes,
                       metadata, request_id, address, user_agent) VALUES
    ($id(01), $id(31), 'user', $id(11), $id(11), 'tenant.updateSettings', 'tenant', $id(01), 'done',
     '{"before": {"name": "before $canary"}, "after": {"name": "after $canary"}}', '{}', 'request-$canary', '203.0.113.7',
     'agent $canary'),
    ($id(01), $id(32), 'user', $id(11), $id(11), 'tenant.updateSettings', 'tenant', $id(01), 'done',
     '{"before": {"name": "earlier $canary"}}', '{}', 'request-2-$canary', '203.0.113.7', 'agent $canary');

INSERT INTO connectors (tenant_id, id, type, name, status, settings, created_by) VALUES
    ($id(01), $id(41), 'salesforce', 'Salesforce $canary', 'pending', '{"loginUrl": "$login_url"}', $id(11)),
    ($id(01), $id(42), 'salesforce', 'Salesforce Pending $canary', 'pending', '{"loginUrl": "$login_url"}', $id(11)),
    ($id(01), $id(43), 'salesforce', 'Salesforce Retired $canary', 'pending', '{"loginUrl": "$login_url"}', $id(11));

INSERT INTO jobs (tenant_id, id, kind, workflow_id, status, phase, input, outcome, attempt, progress_done, progress_total,
                  created_by, created_at, started_at, finished_at) VALUES
    ($id(01), $id(61), 'connector-sync', 'sync-61-$canary', 'complete', 'finalizing',
     jsonb_build_object('connectorId', $id(41)), '{}', 1, 4400, 4400, 'user:' || $id(11),
     now() - interval '14 minutes', now() - interval '14 minutes', now() - interval '12 minutes'),
    ($id(01), $id(63), 'connector-sync', 'sync-63-$canary', 'failed', 'syncing',
     jsonb_build_object('connectorId', $id(41)), NULL, 1, 10, NULL, 'user:' || $id(11),
     now() - interval '24 minutes', now() - interval '24 minutes', now() - interval '22 minutes');
UPDATE jobs SET error_code = 'unavailable' WHERE id = $id(63);
INSERT INTO jobs (tenant_id, id, kind, workflow_id, input, created_by) VALUES
    ($id(01), $id(62), 'scoring-run', 'scoring-62-$canary', '{}', 'user:' || $id(11));
INSERT INTO job_queue (job_id, tenant_id, kind, run_after) VALUES
    ($id(62), $id(01), 'scoring-run', now() + interval '1 hour');

INSERT INTO sync_runs (tenant_id, id, connector_id, job_id, mode, trigger, status, started_at, finished_at, watermark) VALUES
    ($id(01), $id(51), $id(41), $id(61), 'incremental', 'manual', 'complete', now() - interval '14 minutes',
     now() - interval '12 minutes', now() - interval '14 minutes'),
    ($id(01), $id(52), $id(41), $id(63), 'full', 'manual', 'failed', now() - interval '24 minutes',
     now() - interval '22 minutes', NULL);
UPDATE sync_runs SET reason = 'unavailable' WHERE id = $id(52);
INSERT INTO sync_run_counts (tenant_id, sync_run_id, entity, read, inserted) VALUES
    ($id(01), $id(51), 'account', 400, 12), ($id(01), $id(51), 'person', 4000, 120);
INSERT INTO quarantine (tenant_id, id, connector_id, sync_run_id, entity, external_id, reason, detail, raw) VALUES
    ($id(01), $id(551), $id(41), $id(51), 'person', 'Q1-$canary', 'missing_name', 'detail $canary', '{"Name": "$canary"}');
INSERT INTO field_mappings (tenant_id, id, connector_id, entity, source_field, target_field, required, position) VALUES
    ($id(01), $id(561), $id(41), 'account', 'Name', 'name', true, 0),
    ($id(01), $id(562), $id(41), 'account', '$canary__c', 'industry', false, 1);

INSERT INTO accounts (tenant_id, id, name, domain, industry, employee_count, annual_revenue, currency, country,
                      owner_email, attributes) VALUES
    ($id(01), $id(71), 'Example Manufacturing $canary', '$canary.example.com', 'Manufacturing $canary', 420, 13500000000,
     'USD', 'US', 'owner.$canary@example.org', '{"note": "$canary"}'),
    ($id(01), $id(72), 'Example Second $canary', 'second.$canary.example.com', 'Software $canary', 12, NULL, NULL, 'US',
     'owner.$canary@example.org', '{}');
INSERT INTO account_versions (tenant_id, account_id, recorded_at, industry, employee_count, annual_revenue, currency)
    SELECT tenant_id, id, now() - interval '90 days', industry, employee_count, annual_revenue, currency
    FROM accounts WHERE tenant_id = $id(01);
INSERT INTO external_ids (tenant_id, connector_id, entity, external_id, entity_id, record_hash, source_modified_at, raw) VALUES
    ($id(01), $id(41), 'account', 'A1-$canary', $id(71), 1, now() - interval '20 minutes', '{"Name": "$canary"}'),
    ($id(01), $id(41), 'person', 'P1-$canary', $id(81), 1, now() - interval '20 minutes', '{"Name": "$canary"}'),
    ($id(01), $id(41), 'opportunity', 'O1-$canary', $id(91), 1, now() - interval '20 minutes', '{"Name": "$canary"}');
INSERT INTO people (tenant_id, id, email, work_domain, first_name, last_name, title, seniority, phone, account_id,
                    attributes) VALUES
    ($id(01), $id(81), 'robin.$canary@example.com', '$canary.example.com', 'Robin', 'Example $canary',
     'Director of Operations $canary', 'director', '+1 555 0100 $canary', $id(71), '{"note": "$canary"}'),
    ($id(01), $id(82), 'sam.$canary@example.com', '$canary.example.com', 'Sam', 'Example $canary', NULL, NULL, NULL,
     $id(71), '{}'),
    ($id(01), $id(83), 'lou.$canary@example.com', '$canary.example.com', 'Lou', 'Example $canary', 'Engineer $canary', NULL,
     NULL, $id(71), '{}'),
    ($id(01), $id(84), 'kim.$canary@example.com', '$canary.example.com', 'Kim', 'Example $canary',
     'Chief Technology Officer, $canary', 'c_level', NULL, $id(71), '{}'),
    ($id(01), $id(85), 'lee.$canary@example.com', '$canary.example.com', 'Lee', 'Example $canary',
     'General Counsel, $canary', NULL, NULL, $id(71), '{}'),
    ($id(01), $id(86), 'pat.$canary@example.com', 'second.$canary.example.com', 'Pat', 'Example $canary',
     'Managing Director, $canary', 'c_level', NULL, $id(72), '{}');
INSERT INTO opportunities (tenant_id, id, name, account_id, stage, stage_entered_at, amount, currency, close_date,
                           attributes, source_created_at) VALUES
    ($id(01), $id(91), 'Example Manufacturing: plant rollout $canary', $id(71), 'Proposal $canary',
     now() - interval '11 days', 12000000, 'USD', current_date + 80, '{"note": "$canary"}', now() - interval '60 days'),
    ($id(01), $id(92), 'Example second deal $canary', $id(71), 'Proposal $canary', now() - interval '3 days', 500000,
     'USD', current_date + 90, '{}', now() - interval '30 days');
INSERT INTO opportunity_stages (tenant_id, opportunity_id, entered_at, stage) VALUES
    ($id(01), $id(91), now() - interval '60 days', 'Discovery $canary'),
    ($id(01), $id(91), now() - interval '11 days', 'Proposal $canary'),
    ($id(01), $id(92), now() - interval '3 days', 'Proposal $canary');
INSERT INTO opportunity_contacts (tenant_id, opportunity_id, person_id, role, is_primary) VALUES
    ($id(01), $id(91), $id(81), 'Decision Maker $canary', true);
INSERT INTO activities (tenant_id, id, person_id, account_id, connector_id, external_id, occurred_at, recorded_at, type,
                        channel, subject, properties) VALUES
    ($id(01), $id(a1), $id(81), $id(71), $id(41), 'T1-$canary', now() - interval '95 minutes', now() - interval '50 minutes',
     'demo_request', 'web', 'Asked for a demo $canary', '{"page": "/demo/$canary"}'),
    ($id(01), $id(a2), $id(81), $id(71), $id(41), 'T2-$canary', now() - interval '3 days', now() - interval '50 minutes',
     'demo_request', 'web', 'Asked for a second demo $canary', '{"page": "/demo/$canary"}'),
    ($id(01), $id(a3), $id(82), $id(71), NULL, NULL, now() - interval '5 days', now() - interval '50 minutes',
     'visit $canary', 'other', 'Visited $canary', '{}');

INSERT INTO scoring_runs (tenant_id, id, trigger, status, config_hash, as_of, inputs_through, activities_read, people_scored,
                          accounts_scored, opportunities_scored, tier_changes, state_hash, started_at, finished_at) VALUES
    ($id(01), $id(b1), 'manual', 'complete', decode(repeat('b1', 32), 'hex'), now() - interval '10 minutes',
     now() - interval '12 minutes', 3, 2, 2, 2, 2, decode(repeat('b2', 32), 'hex'), now() - interval '10 minutes',
     now() - interval '9 minutes');
INSERT INTO engagements (tenant_id, entity_type, entity_id, fit, fit_low, fit_high, coverage, engagement, combined, quadrant,
                         tier, since, next_transition_at, last_activity_at, inputs_through, config_hash, scored_at)
    SELECT $id(01), kind, id, 82500, 82500, 82500, 1000, engagement, engagement, 'fast-track', 'hot',
           now() - interval '6 days', now() + interval '19 days', now() - interval '95 minutes',
           now() - interval '12 minutes', decode(repeat('b1', 32), 'hex'), now() - interval '10 minutes'
    FROM (VALUES ('account', $id(71)::uuid, 61333), ('account', $id(72)::uuid, 60001), ('person', $id(81)::uuid, 80000),
                 ('person', $id(82)::uuid, 33333), ('person', $id(83)::uuid, 21000), ('person', $id(84)::uuid, 45000),
                 ('person', $id(85)::uuid, 12000), ('person', $id(86)::uuid, 61000),
                 ('opportunity', $id(91)::uuid, 61333),
                 ('opportunity', $id(92)::uuid, 60001)) AS scored (kind, id, engagement);
INSERT INTO tier_history (tenant_id, entity_type, entity_id, changed_at, from_tier, to_tier, from_quadrant, to_quadrant, fit,
                          engagement, config_hash)
    SELECT tenant_id, entity_type, entity_id, now() - interval '6 days', 'cool', 'hot', 'nurture', 'fast-track', 82500,
           60000, config_hash
    FROM engagements WHERE tenant_id = $id(01);

INSERT INTO role_templates (tenant_id, id, name, solution_tag, roles, updated_by) VALUES
    ($id(01), $id(8d1), 'Analytics deals $canary', 'analytics-$canary',
     '[{"role": "economic_buyer", "weight": 60, "required": true, "minimum": 1}, {"role": "champion", "weight": 40, "required": false, "minimum": 2}]',
     'user:' || $id(11));
INSERT INTO buying_group_settings (tenant_id, role_names) VALUES
    ($id(01), '{"contactRoles": [{"name": "Data Steward $canary", "role": "technical_evaluator", "confidence": 0.7}]}');
INSERT INTO buying_groups (tenant_id, id, account_id, solution_tag, status, member_count, by_count, by_confidence,
                           required_filled, missing, created_by) VALUES
    ($id(01), $id(8c1), $id(71), '', 'developing', 2, 450000, 296100, 333333,
     '{champion,technical_evaluator,legal_procurement}', NULL),
    ($id(01), $id(8c2), $id(72), '', 'forming', 1, 300000, 300000, 333333,
     '{champion,technical_evaluator,end_user,legal_procurement}', 'user:' || $id(11));
INSERT INTO buying_group_members (tenant_id, group_id, person_id, role, confidence, source, detected_role,
                                  detected_confidence, origin, added_by, confirmed_by, confirmed_at, confirmed_from) VALUES
    ($id(01), $id(8c1), $id(81), 'economic_buyer', 747000, 'sf_contact_role', 'economic_buyer', 765000, 'detected',
     NULL, NULL, NULL, NULL),
    ($id(01), $id(8c1), $id(82), 'end_user', 480000, 'title_parse', 'end_user', 480000, 'added', 'user:' || $id(11),
     NULL, NULL, NULL),
    ($id(01), $id(8c2), $id(86), 'economic_buyer', 1000000, 'confirmed', 'economic_buyer', 765000, 'added',
     'user:' || $id(11), 'user:' || $id(11), now() - interval '1 day',
     '[["sf_contact_role", "economic_buyer", "record $canary", 850000]]');
INSERT INTO role_evidence (tenant_id, person_id, source, role, rule, confidence) VALUES
    ($id(01), $id(81), 'sf_contact_role', 'economic_buyer', 'record $canary', 850000),
    ($id(01), $id(82), 'title_parse', 'end_user', 'rule $canary', 800000);
INSERT INTO clients (tenant_id, id, name, currency) VALUES
    ($id(01), $id(c1), 'Example Retail $canary', 'USD'),
    ($id(01), $id(c2), 'Example Retired $canary', 'USD'),
    ($id(01), $id(c3), 'Second client $canary $other_client', 'USD');
INSERT INTO client_channels (tenant_id, id, client_id, channel_id) VALUES
    ($id(01), $id(d1), $id(c1), '01953c1e-4a00-7000-9000-000000000001'),
    ($id(01), $id(d2), $id(c1), '01953c1e-4a00-7000-9000-000000000002'),
    ($id(01), $id(d3), $id(c3), '01953c1e-4a00-7000-9000-000000000001');
INSERT INTO campaign_groups (tenant_id, id, client_id, client_channel_id, name, weekly_budget) VALUES
    ($id(01), $id(e1), $id(c1), $id(d1), 'Spring $canary', 200000),
    ($id(01), $id(e2), $id(c1), $id(d1), 'Retired $canary', NULL),
    ($id(01), $id(e3), $id(c3), $id(d3), 'Spring $canary $other_client', 7777777);
INSERT INTO campaigns (tenant_id, id, client_id, campaign_group_id, name, target_roas, external_id) VALUES
    ($id(01), $id(f1), $id(c1), $id(e1), 'Boots $canary', 40000, 'cmp-boots-$canary'),
    ($id(01), $id(f2), $id(c1), $id(e1), 'Retired $canary', NULL, NULL),
    ($id(01), $id(f3), $id(c3), $id(e3), 'Boots $canary $other_client', 70000, 'cmp-$other_client');
-- Weeks of both clients: some settled, the present one under way, one restated, and a fee known only of the client itself.
WITH week (n, monday) AS (
    SELECT n, date_trunc('week', now())::date - 7 * n FROM generate_series(0, 11) n
    UNION ALL SELECT 100 + n, date '2026-02-23' - 7 * n FROM generate_series(0, 3) n WHERE n <> 1
), figure (client_id, entity_id, level, monday, ad_spend, sales) AS (
    SELECT $id(c1)::uuid, $id(f1)::uuid, 'campaign', monday, 48000 + n * 100, 120000 + n * 400 FROM week
    UNION ALL SELECT $id(c1)::uuid, $id(f1)::uuid, 'campaign', date '2026-02-16', 51000, 178500
    UNION ALL SELECT $id(c1)::uuid, $id(c1)::uuid, 'client', monday, 5000, 0 FROM week WHERE n = 1
    UNION ALL SELECT $id(c3)::uuid, $id(f3)::uuid, 'campaign', monday, 7777777, 8888888 FROM week
), stored AS (
    INSERT INTO weekly_metrics (tenant_id, client_id, entity_id, level, week_start, ad_spend, sales, source, recorded_at,
                                recorded_by)
    SELECT DISTINCT ON (entity_id, monday) $id(01)::uuid, client_id, entity_id, level, monday, ad_spend, sales, 'manual',
           CASE WHEN monday = date '2026-02-16' THEN timestamptz '2026-02-27T00:00Z' ELSE now() - interval '4 days' END,
           'user:' || $id(11)
    FROM figure ORDER BY entity_id, monday
    RETURNING *
)
INSERT INTO weekly_metric_revisions (tenant_id, client_id, entity_id, week_start, recorded_at, ad_spend, sales, source,
                                     recorded_by)
    SELECT tenant_id, client_id, entity_id, week_start, recorded_at, ad_spend, sales, source, recorded_by FROM stored
    UNION ALL
    SELECT tenant_id, client_id, entity_id, week_start, recorded_at - interval '7 days', ad_spend - 6000, sales - 9000, source,
           recorded_by
    FROM stored WHERE entity_id IN ($id(f1), $id(f3)) AND week_start IN (date '2026-02-16', date_trunc('week', now())::date - 14);
-- A plan, an import that was applied, and one of the second client.
INSERT INTO imports (tenant_id, id, status, file_name, file_hash, plan_hash, reading, inserts, changes, same, rejects, client_ids,
                     created_by, created_at, applied_at)
    SELECT $id(01), id, status, name, decode(repeat('22', 32), 'hex'), decode(repeat('11', 32), 'hex'), '{}', 1, 0, 0, 0,
           ARRAY[client], 'user:' || $id(11), now() - age, CASE status WHEN 'applied' THEN now() - interval '1 day' END
    FROM (VALUES ($id(701)::uuid, 'planned', 'google-ads $canary.csv', $id(c1)::uuid, interval '2 days'),
                 ($id(702)::uuid, 'applied', 'earlier $canary.csv', $id(c1)::uuid, interval '3 days'),
                 ($id(703)::uuid, 'applied', '$other_client.csv', $id(c3)::uuid, interval '4 days'))
        AS i (id, status, name, client, age);
INSERT INTO weekly_metrics (tenant_id, client_id, entity_id, level, week_start, ad_spend, sales, source, recorded_at, recorded_by)
    VALUES ($id(01), $id(c1), $id(f1), 'campaign', '2025-06-09', 30000, 90000, 'import', now() - interval '1 day', 'system'),
           ($id(01), $id(c3), $id(f3), 'campaign', '2025-06-09', 7777777, 8888888, 'import', now() - interval '1 day', 'system');
INSERT INTO weekly_metric_revisions (tenant_id, client_id, entity_id, week_start, recorded_at, ad_spend, sales, source,
                                     recorded_by, import_id)
    SELECT tenant_id, client_id, entity_id, week_start, recorded_at, ad_spend, sales, source, recorded_by,
           CASE entity_id WHEN $id(f1) THEN $id(702)::uuid ELSE $id(703)::uuid END
    FROM weekly_metrics WHERE tenant_id = $id(01) AND week_start = '2025-06-09';
INSERT INTO import_rows (tenant_id, import_id, row_number, client_id, entity_id, level, week_start, ad_spend, sales, applied_at)
    SELECT tenant_id, $id(702)::uuid, 2, client_id, entity_id, level, week_start, ad_spend, sales, recorded_at
    FROM weekly_metrics WHERE entity_id = $id(f1) AND week_start = '2025-06-09'
    UNION ALL
    SELECT tenant_id, $id(703)::uuid, 2, client_id, entity_id, level, week_start, ad_spend, sales, recorded_at
    FROM weekly_metrics WHERE entity_id = $id(f3) AND week_start = '2025-06-09'
    UNION ALL
    SELECT $id(01), $id(701)::uuid, 2, $id(c1), $id(f1), 'campaign', date '2025-06-02', 31000, 93000, NULL;
