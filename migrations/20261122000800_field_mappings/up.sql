-- Mappings are per kind of record: an object that lacks a field skips the mapping, and where two lead to one target the
-- first that has a value wins. So neither the object nor the target is part of what must be unique.
SET LOCAL lock_timeout = '2s';
ALTER TABLE field_mappings DROP COLUMN source_object;
ALTER TABLE field_mappings ADD UNIQUE (tenant_id, connector_id, entity, position);
