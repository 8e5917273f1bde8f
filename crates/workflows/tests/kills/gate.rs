//! A gate in the database through which every journaled step of every worker goes: so many are let through, the next one
//! waits in the middle of its transaction. However fast or slow the machine is, a job ends no sooner than it is let.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::LIMIT;

/// A step takes a number that no rollback gives back, and waits until that number is let through. Each look is a statement
/// of its own, so it sees what has been committed meanwhile.
const GATE: &str = "\
CREATE TABLE gate (through bigint NOT NULL); \
INSERT INTO gate VALUES (9223372036854775807); \
CREATE SEQUENCE gate_steps; \
CREATE FUNCTION pass_the_gate() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$ \
DECLARE mine bigint := nextval('gate_steps'); \
BEGIN \
  WHILE (SELECT through < mine FROM gate) LOOP PERFORM pg_sleep(0.002); END LOOP; \
  RETURN NULL; \
END $$; \
CREATE TRIGGER pass_the_gate BEFORE UPDATE ON jobs FOR EACH STATEMENT EXECUTE FUNCTION pass_the_gate()";

pub(crate) struct Gate<'a>(pub(crate) &'a Client);

impl<'a> Gate<'a> {
    pub(crate) async fn build(superuser: &'a Client) -> Self {
        superuser.batch_execute(GATE).await.unwrap();
        Self(superuser)
    }

    /// Steps that have come to the gate so far.
    pub(crate) async fn steps(&self) -> i64 {
        let sql = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM gate_steps";
        self.0.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Lets so many more through.
    pub(crate) async fn let_through(&self, steps: i64) -> i64 {
        let through = self.steps().await + steps;
        self.0.execute("UPDATE gate SET through = $1", &[&through]).await.unwrap();
        through
    }

    pub(crate) async fn open(&self) {
        self.0.execute("UPDATE gate SET through = 9223372036854775807", &[]).await.unwrap();
    }

    /// Waits until somebody has come who has that number.
    pub(crate) async fn reached(&self, step: i64) {
        let began = Instant::now();
        while self.steps().await < step {
            assert!(began.elapsed() < LIMIT, "a worker does nothing");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
