//! Typed identifiers, so that a hall's id is never taken for a counter's.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// A natural person (自然人), known by an ID number; the subject of an appointment.
    PersonId;
    /// An account (用户) with which a resident signs in by phone.
    ResidentId;
    /// A member of staff (工作人员).
    StaffId;
    /// A signed-in session (会话), revocable by itself.
    SessionId;
    /// A passkey of a resident (通行密钥).
    PasskeyId;
    /// A machine of a hall: a screen or a kiosk (设备).
    DeviceId;
    /// A service item (事项).
    ServiceId;
    /// A group of services that share windows and a queue (业务分组).
    GroupId;
    /// A hall (大厅).
    HallId;
    /// A counter in a hall (窗口).
    CounterId;
    /// A clerk's time at a counter (窗口值守).
    CounterSessionId;
    /// A bookable span of time with its quota (号段).
    WindowId;
    /// An appointment (预约), and the hold (占号) that it grew from.
    AppointmentId;
    /// Appointments that a clerk booked for the people of an organisation (集约办理).
    CollectiveId;
    /// A missed appointment (爽约记录).
    StrikeId;
    /// An entry of the waiting list (候补).
    WaitlistId;
    /// An entry of a hall's timetable (排班).
    ScheduleId;
    /// A closure of a hall (停办).
    ClosureId;
    /// A queue ticket (号票).
    TicketId;
    /// A case (案件).
    CaseId;
    /// Something told of a case (案件公开信息).
    PublicationId;
    /// A signed list of returned property (发还清单).
    ReturnListId;
    /// A case look-up by a member of staff (案件查询).
    EnquiryId;
    /// A text on its way to a resident (短信).
    MessageId;
    /// A camera record (非现场违法记录).
    ViolationId;
    /// A penalty decision (处罚决定书).
    DecisionId;
    /// An attempt to pay a decision, and the payment that it becomes (缴款).
    PaymentId;
    /// A pickup slip (领取凭证).
    SlipId;
}
