//! Which domains belong to free mail services and so say nothing about a company.

/// One domain a line, in byte order; see `data/README.md` for its source and credit.
static DOMAINS: &str = include_str!("../data/free_mail_domains.txt");

/// Whether the domain is that of a free mail service. Expects lower case; subdomains are not looked up.
///
/// ```
/// assert!(canonical::is_free_mail_domain("gmail.com"));
/// assert!(!canonical::is_free_mail_domain("example.com"));
/// ```
pub fn is_free_mail_domain(domain: &str) -> bool {
    let list = DOMAINS.as_bytes();
    let wanted = domain.as_bytes();
    let (mut low, mut high) = (0, list.len());
    // `low` and `high` always stand at the beginning of a line.
    while low < high {
        let middle = low + (high - low) / 2;
        let start = list[low..middle].iter().rposition(|&byte| byte == b'\n').map_or(low, |at| low + at + 1);
        let end = list[middle..high].iter().position(|&byte| byte == b'\n').map_or(high, |at| middle + at);
        match list[start..end].cmp(wanted) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = (end + 1).min(high),
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        let lines: Vec<_> = DOMAINS.lines().collect();
        assert!(lines.windows(2).all(|pair| pair[0].as_bytes() < pair[1].as_bytes()));
        assert!(lines.len() > 14_000);
    }

    #[test]
    fn every_listed_domain_is_found_and_its_neighbours_are_not() {
        for domain in DOMAINS.lines() {
            assert!(is_free_mail_domain(domain), "{domain}");
            assert!(!is_free_mail_domain(&format!("{domain}!")));
        }
        for domain in ["", "\n", "a", "zzzzzz", "example.com", "GMAIL.COM", "gmail", "gmail.com\n"] {
            assert!(!is_free_mail_domain(domain), "{domain:?}");
        }
    }
}
