//! What is going on at an open counter, and what its clerk can do.

use leptos::prelude::*;
use serde::Serialize;
use shared::{
    ids::{CounterId, GroupId, TicketId},
    list::List,
    queue::{
        rules::{Action, TicketStatus},
        wire::{CallRequest, ClerkTicket, CounterSession},
    },
};

use crate::{
    api::{Failure, Nothing, STAFF},
    ui::{Deed, Remote},
};

/// An open counter and what is going on there.
#[derive(Clone, Copy)]
pub struct Desk {
    counter: CounterId,
    /// The open ticket.
    pub current: RwSignal<Option<ClerkTicket>>,
    /// Who waits, in calling order, and then who was put aside.
    pub waiting: Remote<List<ClerkTicket>>,
    /// Whether the clerk calls nobody for a while.
    pub paused: RwSignal<bool>,
    /// What must be known before it is done.
    pub asked: RwSignal<Option<Asked>>,
    /// What the clerk is doing.
    pub deed: Deed,
}

/// What must be known before it is done.
#[derive(Clone)]
pub enum Asked {
    /// Whether this ticket is really to be cancelled.
    Void(ClerkTicket),
    /// Where this ticket is to go.
    Transfer(TicketId),
    /// Why this ticket is called out of its turn.
    Call(ClerkTicket),
    /// For what a walk-in wants a ticket.
    WalkIn,
}

#[derive(Serialize)]
struct Transfer {
    group_id: GroupId,
}

impl Desk {
    /// The desk of a session.
    pub fn new(open: &CounterSession) -> Self {
        Self {
            counter: open.counter_id,
            current: RwSignal::new(open.current.clone()),
            waiting: Remote::fetch(STAFF, format!("/counters/{}/queue", open.counter_id)),
            paused: RwSignal::new(open.paused),
            asked: RwSignal::new(None),
            deed: Deed::new(),
        }
    }

    /// Asks what must be known before something is done.
    pub fn ask(self, asked: Asked) {
        self.deed.forget();
        self.asked.set(Some(asked));
    }

    /// Asks no more.
    pub fn dismiss(self) {
        self.asked.set(None);
    }

    /// Calls whoever is next.
    pub fn call_next(self) {
        let counter = self.counter;
        self.deed.run(async move {
            self.received(STAFF.post(&format!("/counters/{counter}/call-next"), &Nothing {}).await)
        });
    }

    /// Calls a ticket out of its turn, for a reason.
    pub fn call(self, ticket_id: TicketId, reason: String) {
        let counter = self.counter;
        self.deed.run(async move {
            let asked = CallRequest { ticket_id, reason };
            self.received(STAFF.post(&format!("/counters/{counter}/call"), &asked).await)
        });
    }

    /// Calls nobody for a while, or goes on.
    pub fn pause(self) {
        let (counter, step) = (
            self.counter,
            if self.paused.get_untracked() { "resume" } else { "pause" },
        );
        self.deed.run(async move {
            let path = format!("/counters/{counter}/{step}");
            let session: CounterSession = STAFF.post(&path, &Nothing {}).await?;
            self.paused.try_set(session.paused);
            Ok(())
        });
    }

    /// Does something with a ticket, or asks first.
    pub fn act(self, ticket: &ClerkTicket, action: Action) {
        match action {
            Action::Transfer => self.ask(Asked::Transfer(ticket.id)),
            Action::Void => self.ask(Asked::Void(ticket.clone())),
            Action::Call => self.ask(Asked::Call(ticket.clone())),
            action => self.send(ticket.id, action, None),
        }
    }

    /// Does something with a ticket.
    pub fn send(self, ticket: TicketId, action: Action, group: Option<GroupId>) {
        self.deed.run(async move {
            let path = format!("/tickets/{ticket}/{}", action.as_str());
            self.received(match group {
                Some(group_id) => STAFF.post(&path, &Transfer { group_id }).await,
                None => STAFF.post(&path, &Nothing {}).await,
            })
        });
    }

    /// Puts a ticket where its new state belongs.
    fn received(self, outcome: Result<ClerkTicket, Failure>) -> Result<(), Failure> {
        self.waiting.refresh();
        let ticket = outcome?;
        self.asked.try_set(None);
        match ticket.status {
            TicketStatus::Called | TicketStatus::Serving => {
                self.current.try_set(Some(ticket));
            }
            _ => {
                self.current
                    .try_update(|current| current.take_if(|current| current.id == ticket.id));
            }
        }
        Ok(())
    }
}
