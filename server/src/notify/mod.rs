//! Notify (通知): texts to residents, from the transaction that causes them to the receipt of the carrier.
//!
//! A slice calls [`enqueue()`] in its own transaction and [`wake`] after the commit; the [`Dispatcher`] does the rest:
//! `claim.rs` takes a message, `attempt.rs` calls a provider and writes down what came of it, `receipts.rs` hears the carrier,
//! `sweep.rs` asks where nothing was heard.
//!
//! Architecture invariants: a message is claimed with a lease and a fencing token; the row of an attempt is committed before the
//! provider is called; while nobody knows what an attempt came to there is no other one, and the provider is asked first.
//! Phones and variables are sealed in the database and stand in no log, metric or error.

mod account_news;
mod accounts;
mod aliyun;
mod attempt;
mod balance;
mod claim;
mod cmpp;
mod dead_letters;
mod dispatch;
mod enqueue;
mod entity;
mod list;
mod login_code;
mod opened;
mod overview;
mod provider;
mod receipts;
mod replies;
mod settings;
mod store;
mod sweep;
pub mod templates;
mod tencent;
#[cfg(test)]
mod tests;
mod wechat;
mod wechat_events;
mod wechat_template;
mod workers;

pub use self::{
    account_news::text_account_news,
    accounts::{Accounts, AliyunAccount, CmppAccount, TencentAccount},
    dispatch::Dispatcher,
    enqueue::{Message, Recipient, enqueue, wake, withdraw},
    login_code::text_login_code,
};

/// Mounts the paths of this slice.
pub fn routes(config: &mut impl crate::mount::Mount) {
    config
        .service(list::list_notifications)
        .service(settings::read_settings)
        .service(settings::change_settings)
        .service(overview::texts_overview)
        .service(overview::texts_by_day)
        .service(overview::list_templates)
        .service(dead_letters::list_dead_letters)
        .service(dead_letters::replay)
        .service(receipts::aliyun_reports)
        .service(receipts::tencent_reports)
        .service(replies::aliyun_replies)
        .service(replies::tencent_replies)
        .service(wechat_events::register_events)
        .service(wechat_events::take_event);
}
