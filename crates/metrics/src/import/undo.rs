//! Taking an applied plan back: each week gets exactly what it had before, unless somebody changed it since.

use crate::money::Amounts;

/// What applying did to one week of one campaign. The caller keeps which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Applied {
    /// What was there; `None` for an insert.
    pub before: Option<Amounts>,
    /// What was written.
    pub after: Amounts,
}

/// What undoing one week comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoAnswer {
    /// Write this; `None` takes the figures away. The revision that applying wrote stays in the history.
    Restore(Option<Amounts>),
    /// It is already as it was.
    Already,
    /// It was changed since, and is left alone.
    ChangedSince {
        /// To this.
        current: Option<Amounts>,
    },
}

/// What to do about one week, given what it has now.
pub fn undo(applied: Applied, current: Option<Amounts>) -> UndoAnswer {
    if current == applied.before {
        UndoAnswer::Already
    } else if current == Some(applied.after) {
        UndoAnswer::Restore(applied.before)
    } else {
        UndoAnswer::ChangedSince { current }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn undoing_restores_what_was_before_and_nothing_that_somebody_changed(
            before in prop::option::of(0i64..3), after in 0i64..3, changed in prop::option::of(0i64..3)
        ) {
            let amounts = |sales| Amounts { ad_spend: 0, sales };
            let (before, after, changed) = (before.map(amounts), amounts(after), changed.map(amounts));
            let applied = Applied { before, after };
            match undo(applied, Some(after)) {
                UndoAnswer::Restore(restored) => prop_assert_eq!(restored, before),
                UndoAnswer::Already => prop_assert_eq!(before, Some(after)),
                UndoAnswer::ChangedSince { .. } => prop_assert!(false),
            }
            // undone twice is undone once
            prop_assert_eq!(undo(applied, before), UndoAnswer::Already);
            if changed != Some(after) && changed != before {
                prop_assert_eq!(undo(applied, changed), UndoAnswer::ChangedSince { current: changed });
            }
        }
    }
}
