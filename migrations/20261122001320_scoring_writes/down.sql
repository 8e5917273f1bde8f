SET LOCAL lock_timeout = '2s';
DROP TRIGGER forget_scores ON accounts;
DROP TRIGGER forget_scores ON people;
DROP TRIGGER forget_scores ON opportunities;
DROP FUNCTION forget_scores();
ALTER TABLE engagements RESET (fillfactor);
ALTER TABLE engagement_states RESET (fillfactor);
ALTER TABLE engagement_states ADD CONSTRAINT engagement_states_tenant_id_person_id_fkey
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE;
CREATE INDEX tier_history_time ON tier_history (tenant_id, changed_at);
