//! What a task, an event and a campaign membership say that somebody did.
//!
//! Sales Cloud has no field for it, so this reads what its users and the marketing tools that write into it put there:
//!
//! | source | says | becomes |
//! |---|---|---|
//! | Task, `Type` is one of our names, such as `Demo Request` | | that type |
//! | Task, `Subject` as marketing tools write it: `Opened Email: …`, `Clicked Link in Email: …`, `Filled Out Form: …`, `Visited Web Page: …`, `Downloaded: …`, `Attended …`, `Was Sent Email: …` | | email_open, email_click, form_fill, page_view, content_download, event_attend, email_sent |
//! | Task, `TaskSubtype` `Email` or `Type` `Email` | `Subject` begins with `Re:` or the like | email_thread, else email_sent |
//! | Task, `TaskSubtype` `ListEmail` | | email_sent |
//! | Task, `Type` `Meeting` | | meeting_attend |
//! | any other Task | | its subtype, such as `call` or `task`: known to nobody until a mapping decides |
//! | Event | `Type` is one of our names | that type |
//! | Event | `Type` conference, webinar, trade show or seminar | event_attend, else meeting_attend |
//! | CampaignMember that responded | `Status`: attended, registered, downloaded, clicked, opened, visited, demo | event_attend, form_fill, content_download, email_click or ad_click, email_open, page_view, demo_request |
//! | | else the campaign's `Type`: events, content, e-mail, advertising, web | event_attend, content_download, email_click, ad_click, form_fill |
//! | | else | `campaign_response`, known to nobody until a mapping decides |
//! | CampaignMember that did not respond, `Status` `Sent`, e-mail campaign | | email_sent, under the key `ID:sent` |
//!
//! A task that is still open, and a member who did not respond, did nothing: they say so by taking back what may have been
//! recorded under their key.

use canonical::ActivityType;

/// What a task was.
pub(super) fn of_task(task_type: &str, subtype: &str, subject: &str) -> ActivityType {
    if let Some(known) = by_our_name(task_type).or_else(|| by_subject(subject)) {
        return known;
    }
    let task_type = task_type.to_lowercase();
    match (subtype, task_type.as_str()) {
        ("ListEmail", _) => ActivityType::EmailSent,
        ("Email", _) | (_, "email") => {
            if is_reply(subject) {
                ActivityType::EmailThread
            } else {
                ActivityType::EmailSent
            }
        }
        (_, "meeting" | "demo") => ActivityType::MeetingAttend,
        ("" | "Task", "") => "task".into(),
        ("" | "Task", other) => as_name(other).as_str().into(),
        (subtype, _) => as_name(subtype).as_str().into(),
    }
}

/// What an event was.
pub(super) fn of_event(event_type: &str) -> ActivityType {
    let is_public = ["conference", "webinar", "trade show", "seminar"]
        .iter()
        .any(|kind| event_type.eq_ignore_ascii_case(kind));
    let otherwise = if is_public { ActivityType::EventAttend } else { ActivityType::MeetingAttend };
    by_our_name(event_type).unwrap_or(otherwise)
}

/// What responding to a campaign was.
pub(super) fn of_response(campaign_type: &str, status: &str) -> ActivityType {
    let (campaign, status) = (campaign_type.to_lowercase(), status.to_lowercase());
    let says = |words: &[&str]| words.iter().any(|word| status.contains(word));
    let kind = |words: &[&str]| words.iter().any(|word| campaign.contains(word));
    let advertising = kind(&["advert", "banner", "ads", "paid", "social", "search"]);
    if says(&["attend", "participated", "visited booth"]) {
        ActivityType::EventAttend
    } else if says(&["demo"]) {
        ActivityType::DemoRequest
    } else if says(&["download"]) {
        ActivityType::ContentDownload
    } else if says(&["click"]) {
        if advertising { ActivityType::AdClick } else { ActivityType::EmailClick }
    } else if says(&["open"]) {
        ActivityType::EmailOpen
    } else if says(&["registered", "filled", "submitted", "signed up"]) {
        ActivityType::FormFill
    } else if says(&["visit", "viewed"]) {
        ActivityType::PageView
    } else if kind(&[
        "webinar",
        "event",
        "conference",
        "trade show",
        "tradeshow",
        "seminar",
        "workshop",
        "roadshow",
    ]) {
        ActivityType::EventAttend
    } else if kind(&["demo"]) {
        ActivityType::DemoRequest
    } else if kind(&["content", "white", "ebook", "download", "report"]) {
        ActivityType::ContentDownload
    } else if kind(&["intent"]) {
        ActivityType::IntentSignal
    } else if advertising {
        ActivityType::AdClick
    } else if kind(&["newsletter", "nurture"]) || is_by_mail(&campaign) {
        ActivityType::EmailClick
    } else if kind(&["web", "form", "landing", "contact us"]) {
        ActivityType::FormFill
    } else {
        "campaign_response".into()
    }
}

/// Whether not responding to this campaign still means that a mail went out.
pub(super) fn was_mailed(campaign_type: &str, status: &str) -> bool {
    status.eq_ignore_ascii_case("sent") && is_by_mail(&campaign_type.to_lowercase())
}

/// By e-mail, that is: direct mail is printed on paper.
fn is_by_mail(campaign_type: &str) -> bool {
    campaign_type.contains("mail") && !campaign_type.contains("direct")
}

fn by_our_name(text: &str) -> Option<ActivityType> {
    if text.is_empty() { None } else { ActivityType::known(&as_name(text)) }
}

fn as_name(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

fn by_subject(subject: &str) -> Option<ActivityType> {
    const STARTS: &[(&str, ActivityType)] = &[
        ("opened email", ActivityType::EmailOpen),
        ("email opened", ActivityType::EmailOpen),
        ("open email", ActivityType::EmailOpen),
        ("clicked link", ActivityType::EmailClick),
        ("clicked email", ActivityType::EmailClick),
        ("email clicked", ActivityType::EmailClick),
        ("clicked ad", ActivityType::AdClick),
        ("filled out form", ActivityType::FormFill),
        ("form submitted", ActivityType::FormFill),
        ("form submission", ActivityType::FormFill),
        ("visited web", ActivityType::PageView),
        ("page view", ActivityType::PageView),
        ("web visit", ActivityType::PageView),
        ("downloaded", ActivityType::ContentDownload),
        ("content download", ActivityType::ContentDownload),
        ("demo request", ActivityType::DemoRequest),
        ("requested demo", ActivityType::DemoRequest),
        ("requested a demo", ActivityType::DemoRequest),
        ("attended", ActivityType::EventAttend),
        ("was sent email", ActivityType::EmailSent),
        ("sent email", ActivityType::EmailSent),
        ("pardot list email", ActivityType::EmailSent),
        ("intent signal", ActivityType::IntentSignal),
        ("intent surge", ActivityType::IntentSignal),
    ];
    let head = subject.trim_start();
    STARTS
        .iter()
        .find(|(start, _)| head.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start)))
        .map(|(_, kind)| kind.clone())
}

/// A subject line that answers another, in the words of a few languages, after what Salesforce puts before it.
fn is_reply(subject: &str) -> bool {
    let subject = subject.trim_start();
    let subject = subject
        .get(..6)
        .filter(|head| head.eq_ignore_ascii_case("email:"))
        .map_or(subject, |_| &subject[6..]);
    let subject = subject.trim_start_matches([' ', '>', '<']);
    subject.split_once(':').is_some_and(|(head, _)| {
        matches!(head.to_lowercase().as_str(), "re" | "aw" | "sv" | "rv" | "ref" | "antw" | "réf" | "res")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_what_their_type_subject_or_subtype_says() {
        let table = [
            ("Demo Request", "Task", "x", "demo_request"),
            ("email-open", "", "", "email_open"),
            ("", "Task", "Opened Email: Spring news", "email_open"),
            ("", "Task", "clicked link in email: x", "email_click"),
            ("", "Task", "Filled Out Form: Contact us", "form_fill"),
            ("", "Task", "Visited Web Page: /pricing", "page_view"),
            ("Email", "Task", "Intro", "email_sent"),
            ("", "Email", "Email: Intro", "email_sent"),
            ("", "Email", "Email: >> RE: Intro", "email_thread"),
            ("", "Email", "AW: Angebot", "email_thread"),
            ("", "Email", "Report: numbers", "email_sent"),
            ("", "ListEmail", "Re: x", "email_sent"),
            ("Meeting", "Task", "", "meeting_attend"),
            ("", "Call", "Called", "call"),
            ("Call", "Task", "", "call"),
            ("Direct Mail", "", "", "direct_mail"),
            ("", "", "", "task"),
            ("", "Task", "é", "task"),
        ];
        for (task_type, subtype, subject, expected) in table {
            assert_eq!(
                of_task(task_type, subtype, subject).as_str(),
                expected,
                "{task_type}|{subtype}|{subject}"
            );
        }
    }

    #[test]
    fn responses_are_what_the_status_or_else_the_campaign_says() {
        let table = [
            ("Webinar", "Attended", "event_attend"),
            ("Webinar", "Responded", "event_attend"),
            ("Webinar", "Registered", "form_fill"),
            ("Conference", "Visited booth", "event_attend"),
            ("Content", "Responded", "content_download"),
            ("White Paper", "Downloaded", "content_download"),
            ("Email", "Clicked", "email_click"),
            ("Email", "Opened", "email_open"),
            ("Email", "Responded", "email_click"),
            ("Advertisement", "Clicked", "ad_click"),
            ("Banner Ads", "Responded", "ad_click"),
            ("Web", "Responded", "form_fill"),
            ("Web", "Requested Demo", "demo_request"),
            ("Other", "Responded", "campaign_response"),
            ("", "", "campaign_response"),
        ];
        for (campaign, status, expected) in table {
            assert_eq!(of_response(campaign, status).as_str(), expected, "{campaign}|{status}");
        }
        assert!(
            was_mailed("Email", "Sent") && !was_mailed("Webinar", "Sent") && !was_mailed("Email", "Planned")
        );
    }

    #[test]
    fn an_event_is_a_meeting_unless_it_says_otherwise() {
        assert_eq!(of_event("").as_str(), "meeting_attend");
        assert_eq!(of_event("Event Attend").as_str(), "event_attend");
        assert_eq!(of_event("Call").as_str(), "meeting_attend");
        assert_eq!(of_event("Conference").as_str(), "event_attend");
    }
}
