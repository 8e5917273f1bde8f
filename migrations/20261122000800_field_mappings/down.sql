SET LOCAL lock_timeout = '2s';
ALTER TABLE field_mappings DROP CONSTRAINT field_mappings_tenant_id_connector_id_entity_position_key;
ALTER TABLE field_mappings ADD COLUMN source_object text NOT NULL DEFAULT '';
