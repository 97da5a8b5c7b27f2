//! What somebody in finance must look at.

use shared::{fines::staff::PaymentAlert, list::List};

use super::words::{ACTION, ALERT, ALERTS_HOW, NO_ALERTS, REFERENCE, SEE, SEEN_AT, SEEN_IT, WHEN, alert};
use crate::{
    admin::{row, table, text},
    api::{Nothing, STAFF},
    dates,
    language::{filled, t},
    ui::{Deed, Remote, View, button, el, empty, fragment, way},
};

/// The page.
pub fn alerts() -> View {
    let alerts = Remote::<List<PaymentAlert>>::fetch(STAFF, "/admin/payment-alerts");
    let deed = Deed::new();
    fragment()
        .child(el("p").class("explain").child(t(ALERTS_HOW)))
        .child(deed.outcome())
        .child(alerts.view(4, move |list| {
            if list.items.is_empty() {
                return empty(NO_ALERTS, None);
            }
            let rows = list.items.iter().map(|alert| line(alert, alerts, deed));
            table(&[WHEN, ALERT, REFERENCE, ACTION], rows.collect())
        }))
}

fn line(one: &PaymentAlert, alerts: Remote<List<PaymentAlert>>, deed: Deed) -> View {
    let id = one.id;
    let see = move || {
        deed.run(async move {
            let path = format!("/admin/payment-alerts/{id}/seen");
            let _seen: PaymentAlert = STAFF.post(&path, &Nothing {}).await?;
            alerts.refresh();
            Ok(())
        });
    };
    let place = match one.kind.as_str() {
        "nonzero_fee" | "unexplained_break" => Some("/admin/reconciliation".to_owned()),
        "payment_exception" => Some("/admin/exceptions".to_owned()),
        "stuck_payment" => Some(format!("/admin/payments?number={}", one.reference)),
        _ => None,
    };
    let action = match one.seen_at {
        Some(at) => text(filled(SEEN_AT, &[&dates::moment(at)])),
        None => fragment()
            .child(place.map(|place| way("text-button", SEE, place)))
            .child(button("text-button", SEEN_IT, Some(deed), see)),
    };
    row(vec![
        text(dates::moment(one.raised_at)),
        text(t(alert(&one.kind))),
        text(one.reference.clone()),
        action,
    ])
}
