//! Texts, from the request that causes them to the phone and the receipt. The providers are the sandbox, over their real protocols.

mod cmpp;
mod crash;
mod dead_letters;
mod delivery;
mod notifications;
mod overview;
mod phones;
mod receipts;
mod replies;
mod wechat;
mod wechat_events;

use chrono::TimeDelta;
use server::{
    notify::{self, Accounts, Dispatcher, Message, Recipient},
    platform::clock::Clock,
};
use shared::notify::rules::Template;

use self::phones::Phones;
use crate::support::{TestApp, phone};

/// A server whose texts go to a sandbox of its own.
struct Bureau {
    app: TestApp,
    phones: Phones,
    dispatcher: Dispatcher,
}

impl Bureau {
    async fn open() -> Self {
        Self::open_with(|phones| Accounts::of_sandbox(&phones.address)).await
    }

    /// Opens with these accounts at the sandbox.
    async fn open_with(accounts: impl FnOnce(&Phones) -> Accounts) -> Self {
        let app = TestApp::start().await;
        let phones = Phones::start(&app.address);
        phones.set_clock(app.clock.now()).await;
        let dispatcher = Dispatcher::with_accounts(app.platform.clone(), accounts(&phones)).unwrap();
        Self {
            app,
            phones,
            dispatcher,
        }
    }

    /// Moves the clocks of the server and of the outside world.
    async fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
        self.phones.set_clock(self.app.clock.now()).await;
    }

    async fn send(&self, messages: Vec<Message>) {
        self.enqueue(messages).await;
        self.dispatcher.send_due().await.unwrap();
    }

    async fn enqueue(&self, messages: Vec<Message>) {
        let transaction = self.app.platform.db.begin().await.unwrap();
        notify::enqueue(&transaction, &self.app.platform, self.app.clock.now(), messages)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    async fn status(&self) -> Vec<String> {
        use sea_orm::{ConnectionTrait, Statement};
        let db = self.app.platform.db.reader();
        let sql = "SELECT status FROM messages ORDER BY id";
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
            .await
            .unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }
}

/// A call to a counter, for the demonstration resident with this number.
fn called(resident: usize, ticket: &str) -> Message {
    Message {
        event: format!("ticket/{ticket}/called-0"),
        to: Recipient::Phone(phone(resident).parse().unwrap()),
        template: Template::TicketCalled,
        variables: vec![("number", ticket.to_owned()), ("counter", "3号".to_owned())],
        due_at: None,
    }
}
