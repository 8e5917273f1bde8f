SET LOCAL lock_timeout = '2s';
ALTER TABLE tier_history ADD CONSTRAINT tier_history_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id);
