-- A member's clients are rights as well: whoever watches is asked again when they change, by whatever statement.
SET LOCAL lock_timeout = '2s';

CREATE TRIGGER clients_changed AFTER UPDATE OF client_limited ON memberships
    FOR EACH ROW EXECUTE FUNCTION rights_changed();
CREATE TRIGGER clients_changed AFTER INSERT OR UPDATE OR DELETE ON client_grants
    FOR EACH ROW EXECUTE FUNCTION rights_changed();
