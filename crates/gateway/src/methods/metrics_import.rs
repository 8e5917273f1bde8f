//! `metricsImport`.

use ad_metrics::{Answer, Column, Counts, FileRefused, Hints, Layout};
use api::{
    routers::metrics::Figures,
    routers::metrics_import::{
        Apply, ImportAction, ImportColumn, ImportCounts, ImportDates, ImportDelimiter, ImportNumbers,
        ImportPlan, ImportReading, ImportRefusal, ImportRowsPer, List, MetricsImport, Plan, PlanRefusal,
        PlannedRow, Undo,
    },
    types::{CampaignId, MetricsImportId, Page, Timestamp},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rpc::{Handle, NoRefusal, RpcError};
use serde_json::json;
use store::{
    actors,
    metrics::{self, Import, ImportError, ImportFile, PlanError, Planned},
};
use uuid::Uuid;

use super::{
    advertising::{self, minor, roas},
    convert, rows,
    weekly_metric::recorded_by,
};
use crate::host::{Failure, Gateway, Scope};

impl Handle<Plan> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Plan) -> Result<ImportPlan, Failure<PlanRefusal>> {
        let bytes = match (&params.text, &params.base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, encoded) => STANDARD
                .decode(encoded.as_deref().unwrap_or_default())
                .map_err(|_| Failure::Refused(PlanRefusal::NotBase64))?,
        };
        let file = ImportFile {
            bytes: &bytes,
            name: params.file_name.as_deref(),
            hints: hints(&params),
            reading: |layout| serde_json::to_value(reading(layout)).unwrap_or_default(),
        };
        let by = advertising::actor(scope);
        let planned = metrics::plan_import(scope.tx(), &file, &by).await.map_err(no_plan)?;
        let counts = counts(planned.counts);
        let hash = planned.hash.to_string();
        scope.audit(
            planned.id,
            json!({ "after": { "fileName": params.file_name, "planHash": hash, "counts": counts } }),
        );
        let (rejected, others): (Vec<_>, Vec<_>) =
            planned.rows.iter().partition(|it| matches!(it.answer, Answer::Reject(_)));
        let shown = rejected.into_iter().chain(others).take(params.limit.get().into());
        Ok(ImportPlan {
            import_id: MetricsImportId(planned.id),
            plan_hash: hash,
            reading: reading(&planned.layout),
            counts,
            rows: shown.map(|it| row(it, &planned)).collect::<Result<_, _>>()?,
        })
    }
}

fn hints(params: &Plan) -> Hints {
    let columns = params.columns.iter().map(|it| (to_column(it.column), it.header.clone()));
    Hints {
        delimiter: params.delimiter.map(|it| match it {
            ImportDelimiter::Comma => ad_metrics::Delimiter::Comma,
            ImportDelimiter::Semicolon => ad_metrics::Delimiter::Semicolon,
            ImportDelimiter::Tab => ad_metrics::Delimiter::Tab,
        }),
        numbers: params.numbers.map(|it| match it {
            ImportNumbers::DecimalPoint => ad_metrics::NumberFormat::DecimalPoint,
            ImportNumbers::DecimalComma => ad_metrics::NumberFormat::DecimalComma,
        }),
        dates: params.dates.map(|it| match it {
            ImportDates::DayFirst => ad_metrics::DateOrder::DayFirst,
            ImportDates::MonthFirst => ad_metrics::DateOrder::MonthFirst,
        }),
        columns: columns.collect(),
        client: params.client.clone().map(String::from),
        channel: params.channel.clone().map(String::from),
        group: params.group.clone().map(String::from),
        currency: params.currency.and_then(|it| ad_metrics::Currency::try_from(it.as_str()).ok()),
        rows: match params.rows_per {
            Some(ImportRowsPer::Day) => ad_metrics::RowsPer::Day,
            Some(ImportRowsPer::Week) | None => ad_metrics::RowsPer::Week,
        },
        round: params.round,
    }
}

fn to_column(column: ImportColumn) -> Column {
    match column {
        ImportColumn::Client => Column::Client,
        ImportColumn::Channel => Column::Channel,
        ImportColumn::Group => Column::Group,
        ImportColumn::Campaign => Column::Campaign,
        ImportColumn::Week => Column::Week,
        ImportColumn::Spend => Column::Spend,
        ImportColumn::Sales => Column::Sales,
        ImportColumn::Currency => Column::Currency,
    }
}

fn column(column: Column) -> ImportColumn {
    match column {
        Column::Client => ImportColumn::Client,
        Column::Channel => ImportColumn::Channel,
        Column::Group => ImportColumn::Group,
        Column::Campaign => ImportColumn::Campaign,
        Column::Week => ImportColumn::Week,
        Column::Spend => ImportColumn::Spend,
        Column::Sales => ImportColumn::Sales,
        Column::Currency => ImportColumn::Currency,
    }
}

fn reading(layout: &Layout) -> ImportReading {
    ImportReading {
        delimiter: match layout.delimiter {
            ad_metrics::Delimiter::Comma => ImportDelimiter::Comma,
            ad_metrics::Delimiter::Semicolon => ImportDelimiter::Semicolon,
            ad_metrics::Delimiter::Tab => ImportDelimiter::Tab,
        },
        numbers: layout.numbers.map(|it| match it {
            ad_metrics::NumberFormat::DecimalPoint => ImportNumbers::DecimalPoint,
            ad_metrics::NumberFormat::DecimalComma => ImportNumbers::DecimalComma,
        }),
        dates: layout.dates.map(|it| match it {
            ad_metrics::DateOrder::DayFirst => ImportDates::DayFirst,
            ad_metrics::DateOrder::MonthFirst => ImportDates::MonthFirst,
        }),
        columns: layout.columns.iter().map(|it| it.map(column)).collect(),
        ignored: layout.ignored.clone(),
        rows: layout.rows.into(),
    }
}

fn counts(counts: Counts) -> ImportCounts {
    ImportCounts {
        insert: counts.insert.into(),
        change: counts.change.into(),
        same: counts.same.into(),
        reject: counts.reject.into(),
    }
}

fn row(row: &ad_metrics::PlannedRow, planned: &Planned) -> Result<PlannedRow, RpcError> {
    let figures = |it: ad_metrics::Amounts| -> Result<Figures, RpcError> {
        Ok(Figures { ad_spend: minor(it.ad_spend)?, sales: minor(it.sales)?, roas: roas(it) })
    };
    let (action, key, before, after, reason) = match row.answer {
        Answer::Insert { key, after } => (ImportAction::Insert, Some(key), None, Some(after), None),
        Answer::Change { key, before, after } => {
            (ImportAction::Change, Some(key), Some(before), Some(after), None)
        }
        Answer::Same { key, amounts } => (ImportAction::Same, Some(key), Some(amounts), Some(amounts), None),
        Answer::Reject(reason) => (ImportAction::Reject, None, None, None, Some(reason.to_string())),
    };
    let campaign = key.and_then(|it| it.campaign).map(Uuid::from_u128);
    let currency = campaign.and_then(|id| planned.currency(id)).map(advertising::currency);
    Ok(PlannedRow {
        line: row.line,
        lines: row.lines.into(),
        action,
        campaign_id: campaign.map(CampaignId),
        week_start: key.map(|it| it.week.monday()),
        currency: currency.transpose()?,
        before: before.map(figures).transpose()?,
        after: after.map(figures).transpose()?,
        reason,
    })
}

fn no_plan(error: PlanError) -> Failure<PlanRefusal> {
    let refused = match error {
        PlanError::Store(error) => return error.into(),
        PlanError::File(refused) => refused,
    };
    Failure::Refused(match refused {
        FileRefused::Encoding { encoding } => PlanRefusal::NotUtf8 { encoding: encoding.to_owned(), line: 1 },
        FileRefused::NotUtf8 { line } | FileRefused::ZeroByte { line } => {
            PlanRefusal::NotUtf8 { encoding: "unknown".to_owned(), line }
        }
        FileRefused::Empty | FileRefused::NoRows => PlanRefusal::NoRows,
        FileRefused::LineTooLong { line, limit } => PlanRefusal::LineTooLong { line, limit: limit as u64 },
        FileRefused::TooManyRows { .. } | FileRefused::TooManyCampaigns => PlanRefusal::TooLarge,
        FileRefused::UnclosedQuote { line } | FileRefused::TextAfterQuote { line } => {
            PlanRefusal::BadQuotes { line }
        }
        FileRefused::AmbiguousDelimiter { .. } => PlanRefusal::AmbiguousDelimiter,
        FileRefused::MissingColumns { columns } => {
            PlanRefusal::MissingColumns { columns: columns.into_iter().map(column).collect() }
        }
        FileRefused::ColumnTwice { first, second, .. } => PlanRefusal::ColumnTwice { first, second },
        FileRefused::HeaderCurrencies => PlanRefusal::HeaderCurrencies,
        FileRefused::NoSuchHeader { header } => PlanRefusal::HeaderNotThere { header },
        FileRefused::AmbiguousNumber { line, text } => PlanRefusal::AmbiguousNumber { line, text },
        FileRefused::MixedNumbers { point, comma } => PlanRefusal::MixedNumbers { point, comma },
        FileRefused::AmbiguousDate { line, text } => PlanRefusal::AmbiguousDate { line, text },
        FileRefused::MixedDates { day_first, month_first } => {
            PlanRefusal::MixedDates { day_first, month_first }
        }
        FileRefused::Changed => return Failure::Error(RpcError::internal()),
    })
}

impl Handle<Apply> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Apply,
    ) -> Result<MetricsImport, Failure<ImportRefusal>> {
        scope.about(params.import_id);
        let hash: Result<ad_metrics::PlanHash, _> = params.plan_hash.parse();
        let hash = hash.map_err(|_| Failure::Refused(ImportRefusal::PlanStale))?;
        let by = advertising::actor(scope);
        let applied =
            metrics::apply_import(scope.tx(), params.import_id.0, &hash.0, &by).await.map_err(refused)?;
        let changes = json!({ "after": { "status": "applied", "planHash": params.plan_hash,
            "inserted": applied.inserts, "changed": applied.changes } });
        scope.audit(params.import_id, changes);
        self.one(scope, applied).await
    }
}

impl Handle<Undo> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Undo) -> Result<MetricsImport, Failure<ImportRefusal>> {
        scope.about(params.import_id);
        let by = advertising::actor(scope);
        let undone = metrics::undo_import(scope.tx(), params.import_id.0, &by).await.map_err(refused)?;
        scope.audit(
            params.import_id,
            json!({ "before": { "status": "applied" }, "after": { "status": "undone" } }),
        );
        self.one(scope, undone).await
    }
}

fn refused(error: ImportError) -> Failure<ImportRefusal> {
    Failure::Refused(match error {
        ImportError::Store(error) => return error.into(),
        ImportError::NoSuchImport => ImportRefusal::NoSuchImport,
        ImportError::Stale => ImportRefusal::PlanStale,
        ImportError::NotApplied => ImportRefusal::NotApplied,
        ImportError::ChangedSince(count) => ImportRefusal::ChangedSince { count: convert::total(count) },
        ImportError::ReadOnly => ImportRefusal::ClientReadOnly,
        ImportError::Inactive => ImportRefusal::Inactive,
    })
}

impl Gateway {
    async fn one(&self, scope: &mut Scope, import: Import) -> Result<MetricsImport, Failure<ImportRefusal>> {
        let names = actors::names_of(scope.tx(), [recorded_by(&import.created_by)]).await?;
        Ok(shown(import, &names)?)
    }
}

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<MetricsImport>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let status = rows::maybe_word(list.status);
        let page = metrics::list_imports(scope.tx(), status.as_deref(), &request).await?;
        let who: Vec<_> = page.items.iter().map(|it| recorded_by(&it.created_by)).collect();
        let names = actors::names_of(scope.tx(), who).await?;
        self.try_page(scope, &list, page, |import| shown(import, &names))
    }
}

fn shown(
    import: Import,
    names: &std::collections::HashMap<tenancy::Actor, String>,
) -> Result<MetricsImport, RpcError> {
    Ok(MetricsImport {
        id: MetricsImportId(import.id),
        status: rows::from_word(&import.status).ok_or_else(RpcError::internal)?,
        file_name: import.file_name,
        plan_hash: hex::encode(import.plan_hash),
        counts: ImportCounts {
            insert: convert::total(import.inserts),
            change: convert::total(import.changes),
            same: convert::total(import.same),
            reject: convert::total(import.rejects),
        },
        created_by: convert::actor(recorded_by(&import.created_by), names),
        created_at: Timestamp(import.created_at),
        applied_at: import.applied_at.map(Timestamp),
        undone_at: import.undone_at.map(Timestamp),
    })
}
