//! What a bureau's own rules say of fines: which are handled without a window, and which records only warn.

use shared::{
    fines::{leniency::Leniency, rules::SelfService},
    money::Fen,
};

use crate::config::{ConfigError, Settings, invalid};

/// The rules, each with what it is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinesRules {
    /// What may be handled without going to a window.
    pub self_service: SelfService,
    /// What only warns.
    pub leniency: Leniency,
}

impl Default for FinesRules {
    /// The simple procedure's own ceiling, and one warning a year for parking (1039), which the law itself allows.
    fn default() -> Self {
        Self {
            self_service: SelfService {
                ceiling: Fen(20_000),
                citation: "《行政处罚法》第五十一条、《道路交通安全法》第一百零七条".to_owned(),
            },
            leniency: Leniency {
                codes: vec!["1039".to_owned()],
                first: 1,
                days: 365,
                citation: "《道路交通安全法》第九十三条、《行政处罚法》第三十三条".to_owned(),
            },
        }
    }
}

/// Reads them. A rule that is set stands somewhere, so it comes with its citation.
pub(crate) fn read(settings: &Settings) -> Result<FinesRules, ConfigError> {
    let mut rules = FinesRules::default();
    let uncited = |setting| invalid(setting, "it is needed as well: what is set stands in some rule");
    if let Some(ceiling) = settings.self_service_ceiling_fen {
        let citation = settings.self_service_citation.clone();
        rules.self_service = SelfService {
            ceiling: Fen(ceiling),
            citation: citation.ok_or_else(|| uncited("SELF_SERVICE_CITATION"))?,
        };
    }
    let is_set =
        settings.lenient_codes.is_some() || settings.lenient_days.is_some() || settings.lenient_citation.is_some();
    match settings.lenient_first {
        Some(0) => rules.leniency.first = 0,
        None if !is_set => {}
        first => {
            let standard = rules.leniency;
            let codes = settings.lenient_codes.as_deref().map(|codes| {
                let codes = codes.split(',').map(str::trim).filter(|code| !code.is_empty());
                codes.map(ToOwned::to_owned).collect()
            });
            let citation = settings.lenient_citation.clone();
            rules.leniency = Leniency {
                codes: codes.unwrap_or(standard.codes),
                first: first.unwrap_or(standard.first),
                days: settings.lenient_days.unwrap_or(standard.days),
                citation: citation.ok_or_else(|| uncited("LENIENT_CITATION"))?,
            };
        }
    }
    Ok(rules)
}
