SET LOCAL lock_timeout = '2s';
DROP TABLE tier_history, engagements, scoring_runs, engagement_states, scoring_configs;
